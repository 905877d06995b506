#include "loadgen/pacing/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace throng::pacing {
namespace {

constexpr int kDraws = 200'000;

// The critical value of chi-square at p = 10^-6, by Wilson and Hilferty.
double chi_square_limit(double degrees) {
  constexpr double kNormalQuantile = 4.753424;
  const double part = 2 / (9 * degrees);
  return degrees * std::pow(1 - part + kNormalQuantile * std::sqrt(part), 3);
}

double chi_square_of_uniform(const std::vector<int>& counts) {
  double total = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - expected, 2) / expected;
  return chi_square;
}

// The vectors that the paper's authors publish with their library (kat_vectors, philox4x32 10).
TEST(Philox, GivesTheKnownAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// From the same vectors: the words of the index, of the stream and of the seed, low ones first.
TEST(Draw, PutsIndexStreamAndSeedInTheirPlaces) {
  EXPECT_EQ(draw(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88), 0x94fdccebd16cfe09);
}

TEST(Random, DrawsWhatItsPositionSays) {
  Random random{7, 42};
  for (std::uint64_t index = 0; index < 100; ++index) EXPECT_EQ(random.next(), draw(7, 42, index));
}

TEST(Random, SeedsStreamsAndLanesDiffer) {
  const auto first = Random{1, 2}.next();
  EXPECT_EQ(first, (Random{1, 2}.next()));
  EXPECT_NE(first, (Random{2, 2}.next()));
  EXPECT_NE(first, (Random{1, 3}.next()));
  EXPECT_NE(first, (Random{1, 2, 1}.next()));
}

TEST(Random, IsSmall) { EXPECT_EQ(sizeof(Random), 24u); }

TEST(Random, EveryBitIsSetHalfOfTheTime) {
  Random random{1, 1};
  std::array<int, 64> set{};
  for (int i = 0; i < kDraws; ++i) {
    const auto bits = random.next();
    for (int bit = 0; bit < 64; ++bit) set[bit] += bits >> bit & 1;
  }
  for (const int count : set) EXPECT_NEAR(count, kDraws / 2, 5 * std::sqrt(kDraws) / 2);
}

TEST(Random, OneFlippedKeyBitFlipsHalfOfTheBits) {
  double flipped = 0;
  constexpr int kTries = 2000;
  for (std::uint64_t i = 0; i < kTries; ++i) {
    flipped += std::popcount(draw(3, i, 5) ^ draw(3, i ^ 1, 5));
    flipped += std::popcount(draw(i, 3, 5) ^ draw(i ^ 1, 3, 5));
  }
  EXPECT_NEAR(flipped / (2 * kTries), 32, 0.5);
}

TEST(Random, Uniform01IsUniformAcrossStreams) {
  std::vector<int> counts(1000);
  for (std::uint64_t user = 0; user < kDraws; ++user) {
    const double x = Random{9, user}.uniform01();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    ++counts[static_cast<std::size_t>(x * 1000)];
  }
  EXPECT_LT(chi_square_of_uniform(counts), chi_square_limit(999));
}

TEST(Random, BelowIsUniform) {
  Random random{4, 4};
  std::vector<int> counts(7);
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(7)];
  EXPECT_LT(chi_square_of_uniform(counts), chi_square_limit(6));
}

// With 3/4 of 2^64, taking the draw modulo n (or scaling it) would hit one part twice as often.
TEST(Random, BelowIsUnbiasedForHugeRanges) {
  Random random{5, 5};
  const std::uint64_t part = std::uint64_t{1} << 62;
  std::vector<int> counts(3);
  std::vector<int> remainders(3);
  for (int i = 0; i < kDraws; ++i) {
    const auto x = random.below(3 * part);
    ASSERT_LT(x, 3 * part);
    ++counts[x / part];
    ++remainders[x % 3];
  }
  EXPECT_LT(chi_square_of_uniform(counts), chi_square_limit(2));
  EXPECT_LT(chi_square_of_uniform(remainders), chi_square_limit(2));
}

TEST(Random, BelowOneIsZero) {
  Random random{1, 1};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, ChanceKeepsItsProbability) {
  Random random{6, 6};
  int hits = 0;
  for (int i = 0; i < kDraws; ++i) {
    hits += random.chance(0.1);
    ASSERT_FALSE(random.chance(0));
    ASSERT_TRUE(random.chance(1));
  }
  EXPECT_NEAR(hits, kDraws * 0.1, 5 * std::sqrt(kDraws * 0.09));
}

TEST(Random, NormalHasTheMomentsOfANormal) {
  Random random{8, 8};
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(fourths / kDraws, 3, 5 * std::sqrt(96.0 / kDraws));
}

}  // namespace
}  // namespace throng::pacing
