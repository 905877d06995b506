#pragma once

#include <string>
#include <string_view>

namespace throng::compare {

/// What stands on a page of this room. All but `sections` is text, which page_html() makes
/// harmless.
struct Page {
  std::string kind;  ///< e.g. "comparison"
  std::string title;
  std::string subtitle;
  std::string tone;  ///< "good", "bad" or "doubtful"
  std::string word;  ///< e.g. "PASS"
  std::string sentence;
  std::string sections;  ///< HTML
};

/// A page that stands alone and runs no script.
std::string page_html(const Page& page);

/// A text, made harmless for HTML.
std::string page_text(std::string_view text);

}  // namespace throng::compare
