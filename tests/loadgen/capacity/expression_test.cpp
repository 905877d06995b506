#include "loadgen/capacity/expression.hpp"

#include <gmock/gmock.h>

#include <array>
#include <stdexcept>
#include <string>

namespace throng::capacity {
namespace {

using testing::ElementsAre;

Expression variable(std::size_t index, const char* name, const char* unit) {
  return Expression::variable(index, name, parse_unit(unit).dimension);
}

const Expression kUsers = variable(0, "users", "users");
const Expression kEach = variable(1, "each", "messages/user/s");
const Expression kBytes = variable(2, "bytes", "B/message");
constexpr std::array kValues = {10.0, 2.0, 100.0};

TEST(Expression, EvaluatesTheValuesOfADraw) {
  EXPECT_DOUBLE_EQ((kUsers * kEach * kBytes).evaluate(kValues), 2000);
  EXPECT_DOUBLE_EQ(
      (kUsers + kUsers - kUsers / Expression::constant({4, {}}, "4")).evaluate(kValues), 17.5);
  EXPECT_DOUBLE_EQ(larger(kUsers, kUsers + kUsers).evaluate(kValues), 20);
  EXPECT_DOUBLE_EQ(rounded_up(kUsers / Expression::constant({3, {}}, "3")).evaluate(kValues), 4);
}

TEST(Expression, CarriesDimensions) {
  EXPECT_EQ((kUsers * kEach).dimension(), parse_unit("messages/s").dimension);
  EXPECT_EQ((kUsers * kEach * kBytes).dimension(), parse_unit("B/s").dimension);
  EXPECT_TRUE((kUsers / kUsers).dimension().is_plain());
}

TEST(Expression, RefusesToAddDifferentThings) {
  for (const auto& refused : {+[] { (void)(kUsers + kBytes); }, +[] { (void)(kUsers - kBytes); },
                              +[] { (void)larger(kUsers, kBytes); }}) {
    EXPECT_THROW(refused(), std::invalid_argument);
  }
}

TEST(Expression, RemembersWhatIsUnknown) {
  const auto people = Expression::unknown(parse_unit("users").dimension, "input.dau");
  const auto share = Expression::unknown({}, "input.share");
  const Expression both = people * share + kUsers;
  EXPECT_FALSE(both.is_known());
  EXPECT_THAT(both.needs(), ElementsAre("input.dau", "input.share"));
  EXPECT_THROW(both.evaluate(kValues), std::logic_error);
}

TEST(Expression, TellsHowItCameAbout) {
  EXPECT_EQ((kUsers * kEach * kBytes).text(), "users × each × bytes");
  EXPECT_EQ(((kUsers + kUsers) * kEach).text(), "(users + users) × each");
  EXPECT_EQ((kUsers - (kUsers - kUsers)).text(), "users − (users − users)");
  EXPECT_EQ((kUsers / (kUsers / kUsers)).text(), "users / (users / users)");
  EXPECT_EQ((kUsers / (kUsers * kUsers)).text(), "users / (users × users)");
  EXPECT_EQ(((kUsers * kEach).named("load") * kBytes).text(), "load × bytes");
}

}  // namespace
}  // namespace throng::capacity
