#pragma once

#include <string_view>

namespace throng::report {

/// The files in page/, embedded by throng_embed().
extern const std::string_view kPageTemplate;  ///< report.html.in: HTML with {{names}} to fill in
extern const std::string_view kPageStyle;     ///< report.css
extern const std::string_view kPageScript;    ///< report.js

}  // namespace throng::report
