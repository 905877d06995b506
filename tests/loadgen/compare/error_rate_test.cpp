// How often the gate is wrong, on made-up runs: heavy-tailed, and depending on each other.

#include <gtest/gtest.h>

#include <cmath>

#include "loadgen/compare/comparison.hpp"
#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

int regressions(int families, std::size_t pairs_each, double spread, const Values& losses) {
  int found = 0;
  for (int family = 0; family < families; ++family) {
    const Sides sides = pairs(pairs_each, spread, losses, 1000 + family);
    found += compare(sides.base, sides.candidate, {}).verdict == Verdict::kRegression;
  }
  return found;
}

// At most 1 % are expected; 1.8 % of 1,000 would come in less than one of 100 cases.
TEST(ErrorRate, FewFamiliesAreCalledWorseThatArent) {
  EXPECT_LE(regressions(1000, 10, 0.05, {}), 18);
}

TEST(ErrorRate, TheTestAloneKeepsItsPromise) {
  Rules rules;
  rules.limits.fill(0);  // so that nothing but p decides
  int found = 0;
  for (int family = 0; family < 1000; ++family) {
    const Sides sides = pairs(10, 0.05, {}, 5000 + family);
    found += compare(sides.base, sides.candidate, rules).verdict == Verdict::kRegression;
  }
  EXPECT_LE(found, 18);
  EXPECT_GE(found, 2);  // nor is it so careful that it sleeps
}

TEST(ErrorRate, MostLossesAreFound) {
  EXPECT_GE(regressions(200, 10, 0.007, only("throughput", 0.03)), 190);
  EXPECT_GE(regressions(200, 10, 0.012, only("send.p99", 0.05)), 190);
}

}  // namespace
}  // namespace throng::compare
