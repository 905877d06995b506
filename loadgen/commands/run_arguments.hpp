#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace throng::commands {

/// "rate=5s", "--rate=5s" or "--rate 5s", as they stood behind `--`.
/// Errors: std::runtime_error naming the word that isn't one of these.
std::map<std::string, std::string> parse_script_args(const std::vector<std::string>& words);

/// Where results go unless told otherwise, e.g. "throng-out/one_to_one-20261121T133355Z".
std::filesystem::path default_out(const std::string& scenario_name,
                                  std::chrono::system_clock::time_point now);

}  // namespace throng::commands
