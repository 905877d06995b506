#pragma once

#include "catalog/catalog.hpp"

namespace throng::capacity {

/// Every metric of an assessed estimate, in the order of its file.
inline constexpr catalog::Family kFamilies[] = {
    {"throng_claim_verdict", catalog::Kind::kGauge, "", "estimate claim verdict",
     "What became of a claim of an estimate; always 1."},
    {"throng_claim_error_ratio", catalog::Kind::kGauge, "ratio", "estimate claim",
     "How far a claim is above what follows or was measured, as a share of that; missing where it "
     "isn't known."},
};

inline constexpr catalog::Label kLabels[] = {
    {"estimate", 1, "name of its file, e.g. `group_chat_500m`"},
    {"claim", 128, "what it says; as many as the estimate has"},
    {"verdict", 3, "`CONFIRMED`, `REFUTED`, `NOT PROVED`"},
};

using Listed = catalog::Listed<kFamilies>;

}  // namespace throng::capacity
