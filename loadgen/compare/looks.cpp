#include "loadgen/compare/looks.hpp"

namespace throng::compare {

Rules rules_of_look(const Limits& limits, bool several, bool last) {
  constexpr double kPartOfFirst = 0.8;
  Rules rules;
  rules.limits = limits;
  if (several) rules.alpha *= last ? 1 - kPartOfFirst : kPartOfFirst;
  return rules;
}

}  // namespace throng::compare
