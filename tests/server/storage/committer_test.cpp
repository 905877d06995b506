#include "server/storage/committer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <semaphore>
#include <stdexcept>

#include "server/storage/error.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

using testing::ElementsAre;

/// A log that says when a commit has begun and ends it when told to, with the outcome told.
class HeldLog : public MemoryMessageLog {
 public:
  boost::system::error_code commit(std::span<const chat::Batch* const> batches) override {
    group_sizes.push_back(batches.size());
    begun.release();
    go_on.acquire();
    if (outcome) return outcome;
    return MemoryMessageLog::commit(batches);
  }

  void let_one_through(boost::system::error_code how = {}) {
    begun.acquire();
    outcome = how;
    go_on.release();
  }

  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> go_on{0};
  boost::system::error_code outcome;
  std::vector<std::size_t> group_sizes;
};

class FailingDirectory : public MemoryDirectory {
 public:
  boost::system::error_code commit(std::span<const chat::Batch* const>) override {
    return Error::kIo;
  }
};

std::unique_ptr<chat::Batch> batch_of(std::uint64_t chat, chat::Seq seq) {
  auto batch = std::make_unique<chat::Batch>();
  batch->messages.push_back(message(chat, seq, "c" + std::to_string(seq)));
  return batch;
}

std::future<boost::system::error_code> submit(Committer& committer,
                                              std::unique_ptr<chat::Batch> batch) {
  auto promise = std::make_shared<std::promise<boost::system::error_code>>();
  auto outcome = promise->get_future();
  committer.submit(std::move(batch), [promise](std::unique_ptr<chat::Batch>, auto error) {
    promise->set_value(error);
  });
  return outcome;
}

TEST(Committer, GivesTheBatchBackOnItsOwnThread) {
  MemoryMessageLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  auto batch = batch_of(7, 1);
  const chat::Batch* const given = batch.get();
  std::promise<std::pair<const chat::Batch*, std::thread::id>> promise;
  committer.submit(std::move(batch), [&](std::unique_ptr<chat::Batch> back, auto error) {
    EXPECT_FALSE(error);
    promise.set_value({back.get(), std::this_thread::get_id()});
  });
  const auto [back, thread] = promise.get_future().get();
  EXPECT_EQ(back, given);
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(log.last_seq({7}), 1u);
}

TEST(Committer, TellsListenersOfWhatWasKept) {
  class Listener : public CommitListener {
   public:
    void committed(std::span<const chat::Batch* const> batches) override {
      for (const chat::Batch* batch : batches) seqs.push_back(batch->messages.at(0).seq);
    }
    std::vector<chat::Seq> seqs;
  };
  HeldLog log;
  MemoryDirectory directory;
  Listener listener;
  Committer committer(log, directory, 1, {&listener});
  auto kept = submit(committer, batch_of(7, 1));
  log.let_one_through();
  EXPECT_FALSE(kept.get());
  auto lost = submit(committer, batch_of(7, 2));
  log.let_one_through(Error::kIo);
  EXPECT_TRUE(lost.get());
  EXPECT_THAT(listener.seqs, ElementsAre(1));
}

TEST(Committer, MergesWhatWaits) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 3);
  auto first = submit(committer, batch_of(7, 1));
  log.begun.acquire();
  auto second = submit(committer, batch_of(8, 1));
  auto third = submit(committer, batch_of(9, 1));
  auto fourth = submit(committer, batch_of(7, 2));
  log.go_on.release();
  log.let_one_through();
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(second.get());
  EXPECT_FALSE(third.get());
  EXPECT_FALSE(fourth.get());
  EXPECT_THAT(log.group_sizes, ElementsAre(1, 3));
  EXPECT_EQ(log.last_seq({7}), 2u);

  const Committer::Counters counters = committer.counters();
  EXPECT_EQ(counters.groups, 2u);
  EXPECT_EQ(counters.batches, 4u);
  EXPECT_EQ(counters.messages, 4u);
  EXPECT_EQ(counters.failures, 0u);
  EXPECT_GT(counters.commit_last.count(), 0);
  EXPECT_GT(counters.commit_total, counters.commit_last);
}

TEST(Committer, NobodyIsToldBeforeTheCommitEnds) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  auto outcome = submit(committer, batch_of(7, 1));
  log.begun.acquire();
  EXPECT_EQ(outcome.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  log.go_on.release();
  EXPECT_FALSE(outcome.get());
}

TEST(Committer, FailureGoesToTheGroupAndNoFurther) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 2);
  auto first = submit(committer, batch_of(7, 1));
  log.begun.acquire();
  auto second = submit(committer, batch_of(7, 2));
  auto third = submit(committer, batch_of(8, 1));
  log.go_on.release();
  log.let_one_through(Error::kNoSpace);
  EXPECT_FALSE(first.get());
  EXPECT_EQ(second.get(), Error::kNoSpace);
  EXPECT_EQ(third.get(), Error::kNoSpace);

  auto fourth = submit(committer, batch_of(7, 2));
  log.let_one_through();
  EXPECT_FALSE(fourth.get());
  EXPECT_EQ(committer.counters().failures, 1u);
  EXPECT_EQ(log.last_seq({7}), 2u);
}

TEST(Committer, DirectoryComesFirst) {
  MemoryMessageLog log;
  FailingDirectory directory;
  Committer committer(log, directory, 1);
  auto batch = batch_of(7, 1);
  batch->chats.push_back({{7}, {1}, 1, "", ""});
  EXPECT_EQ(submit(committer, std::move(batch)).get(), Error::kIo);
  EXPECT_EQ(log.last_seq({7}), 0u);
}

TEST(Committer, DirectoryIsLeftAloneWithoutRecordsForIt) {
  MemoryMessageLog log;
  FailingDirectory directory;
  Committer committer(log, directory, 1);
  EXPECT_FALSE(submit(committer, batch_of(7, 1)).get());
}

TEST(Committer, LogIsLeftAloneWithoutRecordsForIt) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  auto batch = std::make_unique<chat::Batch>();
  batch->last_seen.push_back({{1}, 5});
  EXPECT_FALSE(submit(committer, std::move(batch)).get());
  EXPECT_EQ(directory.last_seen({1}), 5);
  EXPECT_THAT(log.group_sizes, testing::IsEmpty());
}

TEST(Committer, RefusesMoreThanMayWait) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  auto first = submit(committer, batch_of(7, 1));
  log.begun.acquire();
  auto second = submit(committer, batch_of(7, 2));
  EXPECT_THROW(submit(committer, batch_of(7, 3)), std::logic_error);
  log.go_on.release();
  log.let_one_through();
  EXPECT_FALSE(second.get());
}

TEST(Committer, StopCommitsWhatWaits) {
  HeldLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  auto first = submit(committer, batch_of(7, 1));
  log.begun.acquire();
  auto second = submit(committer, batch_of(7, 2));
  auto stopped = std::async(std::launch::async, [&] { committer.stop(); });
  log.go_on.release();
  log.let_one_through();
  stopped.get();
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(second.get());
  EXPECT_EQ(log.last_seq({7}), 2u);
  committer.stop();
}

TEST(Committer, AfterStopBatchesComeBackAtOnce) {
  MemoryMessageLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, 1);
  committer.stop();
  std::unique_ptr<chat::Batch> back;
  committer.submit(batch_of(7, 1), [&](std::unique_ptr<chat::Batch> batch, auto error) {
    EXPECT_EQ(error, Error::kStopped);
    back = std::move(batch);
  });
  ASSERT_TRUE(back);
  EXPECT_EQ(back->messages.size(), 1u);
  EXPECT_EQ(log.last_seq({7}), 0u);
}

TEST(Committer, ShardsThatKeepOneBatchEachStayWithinTheBound) {
  constexpr std::uint64_t kShards = 4;
  constexpr chat::Seq kEach = 200;
  MemoryMessageLog log;
  MemoryDirectory directory;
  Committer committer(log, directory, kShards);
  std::vector<std::thread> shards;
  for (std::uint64_t shard = 1; shard <= kShards; ++shard) {
    shards.emplace_back([&committer, shard] {
      for (chat::Seq seq = 1; seq <= kEach; ++seq) {
        EXPECT_FALSE(submit(committer, batch_of(shard, seq)).get());
      }
    });
  }
  for (auto& shard : shards) shard.join();
  for (std::uint64_t shard = 1; shard <= kShards; ++shard) {
    EXPECT_EQ(log.last_seq({shard}), kEach);
  }
  EXPECT_EQ(committer.counters().messages, kShards * kEach);
}

}  // namespace
}  // namespace throng::storage
