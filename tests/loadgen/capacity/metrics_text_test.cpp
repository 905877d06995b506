#include "loadgen/capacity/metrics_text.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& claims) {
  return metrics_text(assess(estimate_of("-- A shop.\n"
                                         "estimate { service = 'shop', tolerance = '5%' }\n"
                                         "input.little, input.much = '2', '10'\n"
                                         "figure.all = input.little * input.much\n" +
                                         claims),
                             {}, {.tornado = "all"}));
}

TEST(CapacityMetrics, SayWhatBecameOfEachClaim) {
  const std::string text = sample(
      "claim { says = 'right', of = 'all', is = '20', from = 'x' }\n"
      "claim { says = 'wrong', of = 'all', is = '30', from = 'x' }\n"
      "claim { says = 'who knows', of = 'little', is = '2', from = 'x' }");
  EXPECT_THAT(text, HasSubstr("\n# TYPE throng_claim_verdict gauge\n"));
  EXPECT_THAT(text, HasSubstr("claim=\"right\",verdict=\"CONFIRMED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("claim=\"wrong\",verdict=\"REFUTED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("claim=\"who knows\",verdict=\"NOT PROVED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("claim=\"wrong\"} 0.5\n"));
}

TEST(CapacityMetrics, HaveEachRowOnce) {
  const std::string text = sample(
      "claim { says = 'same', of = 'all', is = '30', from = 'x' }\n"
      "claim { says = 'same', of = 'all', is = '20', from = 'y' }");
  EXPECT_THAT(text, HasSubstr("claim=\"same\",verdict=\"CONFIRMED\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("REFUTED")));
}

}  // namespace
}  // namespace throng::capacity
