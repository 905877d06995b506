#include "loadgen/compare/footing.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Footing footing(const Sides& sides) { return footing_of(sides.base, sides.candidate); }

TEST(Footing, OfInterleavedPairsIsGood) {
  const Footing good = footing(pairs(10));
  EXPECT_THAT(good.refusals, IsEmpty());
  EXPECT_THAT(good.notes, IsEmpty());
  EXPECT_TRUE(good.paired);
  EXPECT_EQ(good.widening, 1);
}

TEST(Footing, RefusesRunsThatDontCount) {
  Sides sides = pairs(3);
  sides.base[1].problem = "it was interrupted";
  sides.base[2].ledger_holds = false;
  sides.candidate[0] = sides.candidate[1];
  sides.candidate[0].path = "./candidate-2";
  EXPECT_THAT(
      footing(sides).refusals,
      ElementsAre("base-2: it was interrupted", "base-3: its ledger is violated, so it is no base",
                  "candidate-2: given twice"));
}

TEST(Footing, RefusesRunsOfSomethingElse) {
  Sides sides = pairs(3);
  sides.candidate[1].identity[1].second = "200";
  sides.candidate[2].length_s = 12;
  EXPECT_THAT(footing(sides).refusals,
              ElementsAre("candidate-2: users is \"200\", and \"100\" in base-1",
                          "candidate-3: it took 12.0 s, and base-1 10.0 s"));
}

TEST(Footing, SaysWhenTheyArentPairs) {
  Sides sides = pairs(4);
  sides.candidate[1].seed = 77;
  EXPECT_THAT(footing(sides).notes, ElementsAre(HasSubstr("their seeds differ")));
  sides.candidate.pop_back();
  EXPECT_THAT(footing(sides).notes, ElementsAre(HasSubstr("4 and 3 runs")));
  EXPECT_EQ(footing(sides).widening, 1);
}

TEST(Footing, WidensWhereTheyTookNoTurns) {
  Sides sides = pairs(4);
  for (Sample& each : sides.candidate) each.started.replace(8, 2, "30");
  EXPECT_THAT(footing(sides).notes, ElementsAre(HasSubstr("didn't take turns")));
  EXPECT_EQ(footing(sides).widening, 2);
}

TEST(Footing, WidensWhereTheKernelChanged) {
  Sides sides = pairs(4);
  sides.candidate[2].kernel = "Linux 6.2.0";
  EXPECT_THAT(footing(sides).notes, ElementsAre(HasSubstr("kernel")));
  EXPECT_EQ(footing(sides).widening, 2);
}

}  // namespace
}  // namespace throng::compare
