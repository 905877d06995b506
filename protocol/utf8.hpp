#pragma once

#include <string_view>

namespace throng::protocol {

/// Whether `text` is UTF-8 as RFC 3629 has it (no surrogates, nothing overlong).
bool is_valid_utf8(std::string_view text);

}  // namespace throng::protocol
