#include "server/storage/epochs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::vector<std::uint64_t> open_in(const fs::path& directory, std::uint64_t epoch) {
  RocksStore store({directory});
  return begin_epoch(store, epoch).all;
}

TEST(Epochs, AreKeptFromOpeningToOpening) {
  const TempDirectory place;
  EXPECT_THAT(open_in(place.path(), 7), ElementsAre(7));
  EXPECT_THAT(open_in(place.path(), 9), ElementsAre(7, 9));
}

TEST(Epochs, AfterACopyAreNotKnownToIt) {
  const TempDirectory place;
  const TempDirectory copy;
  open_in(place.path(), 7);
  fs::copy(place.path(), copy.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  open_in(place.path(), 8);
  const chat::Epochs restored{open_in(copy.path(), 9)};
  EXPECT_TRUE(restored.knows(7));
  EXPECT_FALSE(restored.knows(8));
  EXPECT_EQ(restored.current(), 9);
}

TEST(Epochs, TheOldestAreForgotten) {
  const TempDirectory place;
  RocksStore store({.directory = place.path(), .durability = Durability::kOs});
  for (std::uint64_t epoch = 1; epoch <= kMaxEpochs; ++epoch) begin_epoch(store, epoch);
  const chat::Epochs epochs = begin_epoch(store, kMaxEpochs + 1);
  EXPECT_EQ(epochs.all.size(), kMaxEpochs);
  EXPECT_FALSE(epochs.knows(1));
  EXPECT_TRUE(epochs.knows(2));
}

}  // namespace
}  // namespace throng::storage
