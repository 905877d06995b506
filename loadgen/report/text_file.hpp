#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace throng::report {

/// All of a file. Errors: std::runtime_error naming the path and the reason.
std::string read_text_file(const std::filesystem::path& path);
/// Errors: as above.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace throng::report
