#pragma once

#include <string_view>

namespace throng::report {

/// The files in page/, embedded by throng_embed().
extern const std::string_view kPageTemplate;  ///< report.html.in: HTML with {{names}} to fill in
extern const std::string_view kPageStyle;     ///< report.css, of other pages too
extern const std::string_view kPageCharts;    ///< charts.js, of other pages too
extern const std::string_view kPageScript;    ///< report.js

}  // namespace throng::report
