#pragma once

#include <span>
#include <string_view>

namespace throng::page {

/// A file of the page.
struct File {
  std::string_view name;  ///< "index.html"
  std::string_view hash;  ///< SHA-256 of the text in hexadecimal digits
  std::string_view text;
};

/// All that is in client/ for browsers, embedded by throng_embed().
extern const std::span<const File> kFiles;

}  // namespace throng::page
