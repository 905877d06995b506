#pragma once

#include <string>

namespace throng::report {

/// What stands on a page beside that of a run: a comparison, a trend, an assessment. All but
/// `sections` is text, which plain_page_html() makes harmless.
struct PlainPage {
  std::string kind;  ///< e.g. "comparison"
  std::string title;
  std::string subtitle;
  std::string tone;  ///< "good", "bad" or "doubtful"
  std::string word;  ///< e.g. "PASS"
  std::string sentence;
  std::string sections;  ///< HTML
};

/// A page that stands alone and runs no script.
std::string plain_page_html(const PlainPage& page);

}  // namespace throng::report
