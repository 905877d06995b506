#pragma once

#include <map>
#include <string>
#include <string_view>

namespace throng::scenario {

/// A scenario file as it was read, and what its user gave after `--`.
struct Source {
  std::string path;
  std::string name;  ///< the file's name without folder and ending
  std::string text;
  std::string sha256;  ///< of `text`, in hex
  std::map<std::string, std::string> args;
};

/// Reads the file. Errors: std::runtime_error naming the path and the reason.
Source read_source(const std::string& path, std::map<std::string, std::string> args);

/// What the first line says if it is a comment: "-- Friends in pairs." gives "Friends in pairs.".
std::string title_of(std::string_view text);

}  // namespace throng::scenario
