#include "protocol/utf8.hpp"

#include <simdjson.h>

namespace throng::protocol {

bool is_valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace throng::protocol
