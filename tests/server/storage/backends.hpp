#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/storage/cached_directory.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "server/storage/rocks_directory.hpp"
#include "server/storage/rocks_message_log.hpp"
#include "server/storage/rocks_store.hpp"
#include "tests/server/storage/temp_directory.hpp"

/// The pairs of log and directory that one and the same suite is run against.
namespace throng::storage {

class MemoryBackend {
 public:
  chat::MessageLog& log() { return log_; }
  chat::Directory& directory() { return directory_; }

 private:
  MemoryMessageLog log_;
  MemoryDirectory directory_;
};

class RocksBackend {
 public:
  explicit RocksBackend(Durability durability = Durability::kFsync) : durability_(durability) {
    open();
  }

  chat::MessageLog& log() { return *log_; }
  chat::Directory& directory() { return *directory_; }
  const std::filesystem::path& path() const { return place_.path(); }

  void reopen() {
    close();
    open();
  }

 private:
  void open() {
    store_ = std::make_unique<RocksStore>(RocksOptions{place_.path(), durability_});
    log_ = std::make_unique<RocksMessageLog>(*store_);
    directory_ = std::make_unique<RocksDirectory>(*store_);
  }

  void close() {
    log_.reset();
    directory_.reset();
    store_.reset();
  }

  TempDirectory place_;
  Durability durability_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<RocksMessageLog> log_;
  std::unique_ptr<RocksDirectory> directory_;
};

/// Rocks without a write-ahead log, where commits go another way.
class UnloggedRocksBackend : public RocksBackend {
 public:
  UnloggedRocksBackend() : RocksBackend(Durability::kNone) {}
};

/// Rocks with a cache in front of the directory.
class CachedRocksBackend : public RocksBackend {
 public:
  chat::Directory& directory() { return cached_; }

 private:
  CachedDirectory cached_{RocksBackend::directory(), 1 << 20};
};

using Backends =
    testing::Types<MemoryBackend, RocksBackend, UnloggedRocksBackend, CachedRocksBackend>;

inline chat::StoredMessage message(std::uint64_t chat, chat::Seq seq, std::string cmid,
                                   std::uint64_t from = 1, std::string body = "") {
  if (body.empty()) body = "body " + std::to_string(seq);
  const auto time = static_cast<chat::TimeMs>(1'700'000'000'000 + seq);
  return {{chat}, seq, {from}, time, std::move(cmid), std::move(body)};
}

template <class Store>
boost::system::error_code commit(Store& store, const chat::Batch& batch) {
  const chat::Batch* const one[] = {&batch};
  return store.commit(one);
}

/// Commits messages first..last of a chat, each with the cmid "c<seq>".
inline void fill(chat::MessageLog& log, std::uint64_t chat, chat::Seq first, chat::Seq last) {
  chat::Batch batch;
  for (chat::Seq seq = first; seq <= last; ++seq) {
    batch.messages.push_back(message(chat, seq, "c" + std::to_string(seq)));
  }
  ASSERT_FALSE(commit(log, batch));
}

inline constexpr chat::PageLimit kNoLimit{1'000'000, 1'000'000'000};

inline std::vector<chat::Seq> forward(const chat::MessageLog& log, std::uint64_t chat,
                                      chat::Seq after, chat::Seq through,
                                      chat::PageLimit limit = kNoLimit) {
  std::vector<chat::Seq> seqs;
  const auto count = log.read_forward({chat}, after, through, limit, [&](const auto& message) {
    seqs.push_back(message.seq);
    return true;
  });
  EXPECT_EQ(count, seqs.size());
  return seqs;
}

inline std::vector<chat::Seq> backward(const chat::MessageLog& log, std::uint64_t chat,
                                       chat::Seq before, chat::Seq above,
                                       chat::PageLimit limit = kNoLimit) {
  std::vector<chat::Seq> seqs;
  const auto count = log.read_backward({chat}, before, above, limit, [&](const auto& message) {
    seqs.push_back(message.seq);
    return true;
  });
  EXPECT_EQ(count, seqs.size());
  return seqs;
}

}  // namespace throng::storage
