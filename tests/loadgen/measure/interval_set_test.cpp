#include "loadgen/measure/interval_set.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::measure {
namespace {

TEST(IntervalSet, ADenseSequenceNeedsNoIslands) {
  IntervalSet set;
  for (std::uint32_t number = 1; number <= 100'000; ++number) EXPECT_TRUE(set.insert(number));
  EXPECT_EQ(set.prefix(), 100'000u);
  EXPECT_FALSE(set.insert(77));
  EXPECT_FALSE(set.has_holes());
  EXPECT_EQ(set.memory_bytes(), sizeof(IntervalSet));
}

TEST(IntervalSet, AHoleStaysUntilItIsFilled) {
  IntervalSet set;
  for (const std::uint32_t number : {1, 2, 5, 7}) set.insert(number);
  EXPECT_EQ(set.prefix(), 2u);
  EXPECT_EQ(set.highest(), 7u);
  const auto holes = set.holes(9);
  ASSERT_EQ(holes.size(), 3u);
  EXPECT_EQ(holes[0].first, 3u);
  EXPECT_EQ(holes[0].last, 4u);
  EXPECT_EQ(holes[1].first, 6u);
  EXPECT_EQ(holes[2].first, 8u);
  EXPECT_EQ(holes[2].last, 9u);
  for (const std::uint32_t number : {6, 4, 3}) EXPECT_TRUE(set.insert(number));
  EXPECT_EQ(set.prefix(), 7u);
  EXPECT_FALSE(set.has_holes());
}

TEST(IntervalSet, AgreesWithASetInAnyOrderOfInsertion) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    pacing::Random random(seed, 0);
    IntervalSet set;
    std::set<std::uint32_t> model;
    for (int i = 0; i < 300; ++i) {
      const auto number = static_cast<std::uint32_t>(1 + random.below(200));
      EXPECT_EQ(set.insert(number), model.insert(number).second);
    }
    std::size_t missing = 0;
    for (const auto [first, last] : set.holes(200)) missing += last - first + 1;
    EXPECT_EQ(missing, 200 - model.size());
    for (std::uint32_t number = 1; number <= 201; ++number) {
      EXPECT_EQ(set.contains(number), model.contains(number)) << number;
    }
  }
}

TEST(IntervalSet, TakesRangesLikeTheirNumbersOneByOne) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    pacing::Random random(seed, 1);
    IntervalSet set;
    IntervalSet model;
    for (int i = 0; i < 30; ++i) {
      const auto first = static_cast<std::uint32_t>(1 + random.below(200));
      const auto last = first + static_cast<std::uint32_t>(random.below(12));
      std::uint64_t inserted = 0;
      for (std::uint32_t number = first; number <= last; ++number) inserted += model.insert(number);
      ASSERT_EQ(set.insert_all(first, last), inserted);
      ASSERT_EQ(set.prefix(), model.prefix());
      ASSERT_EQ(set.highest(), model.highest());
      ASSERT_EQ(set.holes(220).size(), model.holes(220).size());
    }
  }
}

TEST(IntervalSet, TakesARangeForWhichALowerHoleIsGivenUp) {
  IntervalSet set;
  const auto islands = static_cast<std::uint32_t>(IntervalSet::kMaxIslands);
  for (std::uint32_t i = 0; i < islands; ++i) set.insert(100 + 2 * i);
  EXPECT_EQ(set.insert_all(50, 60), 11u);
  EXPECT_EQ(set.abandoned(), 49u);
  EXPECT_EQ(set.prefix(), 60u);
}

TEST(IntervalSet, GivesUpTheLowestHoleWhenThereAreTooMany) {
  IntervalSet set;
  const auto islands = static_cast<std::uint32_t>(IntervalSet::kMaxIslands);
  for (std::uint32_t i = 1; i <= islands; ++i) set.insert(2 * i);
  EXPECT_EQ(set.abandoned(), 0u);
  set.insert(2 * islands + 2);
  EXPECT_EQ(set.abandoned(), 1u);
  EXPECT_EQ(set.prefix(), 2u);
  EXPECT_EQ(set.certain_above(), 1u);
  EXPECT_FALSE(set.insert(1));
}

}  // namespace
}  // namespace throng::measure
