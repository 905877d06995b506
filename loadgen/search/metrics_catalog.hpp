#pragma once

#include "catalog/catalog.hpp"

namespace throng::search {

/// Every metric of a search, in the order of its file.
inline constexpr catalog::Family kFamilies[] = {
    {"throng_knee_load", catalog::Kind::kGauge, "", "scenario edge",
     "The highest load that holds all conditions, in what was searched: users, or their rate."},
    {"throng_knee_messages_per_second", catalog::Kind::kGauge, "", "scenario edge",
     "Messages a second at that load; missing where the scenario sends none."},
};

inline constexpr catalog::Label kLabels[] = {
    {"scenario", 1, "name of its file"},
    {"edge", 3, "`at` is the knee, `low` and `high` are the ends of its 95 % interval"},
};

using Listed = catalog::Listed<kFamilies>;

}  // namespace throng::search
