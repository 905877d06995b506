#pragma once

#include <string_view>

namespace throng::view {

/// The files in page/, embedded by throng_embed().
extern const std::string_view kViewTemplate;   ///< view.html.in: HTML with {{names}} to fill in
extern const std::string_view kViewStyle;      ///< view.css, behind that of reports
extern const std::string_view kHeatmapScript;  ///< heatmap.js
extern const std::string_view kModelScript;    ///< model.js
extern const std::string_view kPanelsScript;   ///< panels.js
extern const std::string_view kViewScript;     ///< view.js

}  // namespace throng::view
