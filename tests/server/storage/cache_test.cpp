#include "server/storage/cache.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/ids.hpp"

namespace throng::storage {
namespace {

using protocol::ChatId;

constexpr std::size_t kMiB = 1 << 20;

class Numbers {
 public:
  explicit Numbers(std::size_t max_bytes) : cache_(max_bytes) {}

  /// What the store says, and whether it was asked.
  bool asks_for(std::uint64_t key, std::size_t bytes = 0) {
    const int before = loads_;
    cache_.get(
        {key},
        [&]() -> std::optional<int> {
          ++loads_;
          return 1;
        },
        [&](int) { return bytes; });
    return loads_ > before;
  }

  Cache<ChatId, int> cache_;

 private:
  int loads_ = 0;
};

TEST(Cache, ReadsAgainOnlyWhatItHasNot) {
  Numbers numbers(kMiB);
  EXPECT_TRUE(numbers.asks_for(1));
  EXPECT_FALSE(numbers.asks_for(1));
  EXPECT_TRUE(numbers.asks_for(2));
  EXPECT_EQ(numbers.cache_.counters().hits, 1u);
  EXPECT_EQ(numbers.cache_.counters().misses, 2u);
}

TEST(Cache, KeepsNothingOfWhatIsNotThere) {
  Cache<ChatId, int> cache(kMiB);
  const auto nothing = []() -> std::optional<int> { return std::nullopt; };
  const auto none = [](int) { return std::size_t{0}; };
  EXPECT_FALSE(cache.get({1}, nothing, none));
  EXPECT_EQ(cache.get(
                {1}, [] { return std::optional<int>(7); }, none),
            7);
}

TEST(Cache, ReadsAgainWhatItWasToldToForget) {
  Numbers numbers(kMiB);
  numbers.asks_for(1);
  numbers.cache_.forget({1});
  EXPECT_TRUE(numbers.asks_for(1));
  EXPECT_FALSE(numbers.asks_for(1));
}

TEST(Cache, KeepsNothingThatWasForgottenWhileItWasRead) {
  Cache<ChatId, int> cache(kMiB);
  const auto none = [](int) { return std::size_t{0}; };
  const auto stale = [&]() -> std::optional<int> {
    cache.forget({1});
    return 1;
  };
  EXPECT_EQ(cache.get({1}, stale, none), 1);
  EXPECT_EQ(cache.get(
                {1}, [] { return std::optional<int>(2); }, none),
            2);
}

TEST(Cache, StaysWithinItsBytes) {
  Numbers numbers(kMiB);
  constexpr std::uint64_t kKeys = 10'000;
  for (std::uint64_t key = 1; key <= kKeys; ++key) numbers.asks_for(key, 1000);
  std::uint64_t kept = 0;
  for (std::uint64_t key = kKeys; key > 0; --key) {
    if (!numbers.asks_for(key, kMiB)) ++kept;
  }
  EXPECT_GT(kept, kMiB / 1000 / 2);
  EXPECT_LT(kept, kMiB / 1000);
}

TEST(Cache, LetsGoWhatWasNotUsedForLongest) {
  Numbers numbers(kMiB);
  numbers.asks_for(1);
  for (std::uint64_t key = 2; key < 10'000; ++key) {
    numbers.asks_for(key, 1000);
    ASSERT_FALSE(numbers.asks_for(1)) << key;
  }
  EXPECT_TRUE(numbers.asks_for(2, kMiB));
}

TEST(Cache, KeepsNothingThatIsLargerThanAStripe) {
  Numbers numbers(kMiB);
  EXPECT_TRUE(numbers.asks_for(1, kMiB));
  EXPECT_TRUE(numbers.asks_for(1, kMiB));
}

}  // namespace
}  // namespace throng::storage
