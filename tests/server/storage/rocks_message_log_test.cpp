#include "server/storage/rocks_message_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

class RocksMessageLogReopened : public testing::TestWithParam<Durability> {};

TEST_P(RocksMessageLogReopened, KeepsEverything) {
  RocksBackend backend(GetParam());
  fill(backend.log(), 7, 1, 5);
  chat::Batch batch;
  batch.cursors = {{{7}, {2}, 5, 4}};
  ASSERT_FALSE(commit(backend.log(), batch));

  backend.reopen();
  fill(backend.log(), 7, 6, 6);
  backend.reopen();

  EXPECT_EQ(backend.log().last_seq({7}), 6u);
  EXPECT_THAT(forward(backend.log(), 7, 0, 100), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(backend.log().find({7}, {1}, "c3")->seq, 3u);
  ASSERT_EQ(backend.log().cursors({7}).size(), 1u);
  EXPECT_EQ(backend.log().cursors({7})[0].delivered, 5u);
  EXPECT_EQ(backend.log().cursors({7})[0].read, 4u);
}

INSTANTIATE_TEST_SUITE_P(EachDurability, RocksMessageLogReopened,
                         testing::Values(Durability::kFsync, Durability::kOs, Durability::kNone));

}  // namespace
}  // namespace throng::storage
