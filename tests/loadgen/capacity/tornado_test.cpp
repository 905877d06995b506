#include "loadgen/capacity/tornado.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEstimate =
    "estimate { service = 'shop', tolerance = '5%' }\n"
    "input.little, input.much, input.none = '9..11', '1..100', 7\n"
    "input.down = '20..40'\n"
    "figure.all = input.little * input.much * input.none / input.down\n"
    "figure.other = input.none\n"
    "claim { says = 'x', of = 'other', is = '7', from = 'y' }";

Assessment derive(const std::string& of) {
  return assess(estimate_of(kEstimate), {}, {.tornado = of});
}

std::vector<std::string> inputs_of(const Tornado& tornado) {
  std::vector<std::string> names;
  for (const TornadoBar& each : tornado.bars) names.push_back(each.input);
  return names;
}

TEST(Tornado, WhatMattersMostComesFirst) {
  const Assessment all = derive("all");
  ASSERT_TRUE(all.tornado.has_value());
  EXPECT_THAT(inputs_of(*all.tornado), ElementsAre("much", "down", "little"));
}

TEST(Tornado, ABarIsTheFigureAtTheEndsOfOneInput) {
  const Tornado tornado = *derive("all").tornado;
  EXPECT_NEAR(tornado.middle, 10 * 50.5 * 7 / 30, 3);
  const TornadoBar& much = tornado.bars.front();
  EXPECT_NEAR(much.low_input, 1 + 0.05 * 99, 1);
  EXPECT_NEAR(much.high_input, 1 + 0.95 * 99, 1);
  EXPECT_NEAR(much.at_low, 10 * much.low_input * 7 / 30, 0.5);
  EXPECT_NEAR(much.at_high, 10 * much.high_input * 7 / 30, 4);
  const TornadoBar& down = tornado.bars[1];
  EXPECT_GT(down.at_low, down.at_high) << "more of it makes less of the figure";
}

TEST(Tornado, OfWhatIsCertainIsEmpty) {
  EXPECT_THAT(derive("other").tornado->bars, testing::IsEmpty());
}

TEST(Tornado, OfNothingThatPeopleAskForThereIsNone) {
  EXPECT_FALSE(derive("").tornado.has_value());
}

TEST(Tornado, OfWhatIsNotThereIsAMistake) {
  EXPECT_THAT([] { derive("othr"); }, testing::ThrowsMessage<std::runtime_error>(HasSubstr(
                                          "there is no figure \"othr\"; did you mean \"other\"?")));
}

}  // namespace
}  // namespace throng::capacity
