#include "server/storage/rocks_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <boost/system/system_error.hpp>
#include <fstream>
#include <optional>

#include "server/storage/coding.hpp"
#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

namespace fs = std::filesystem;

/// The code that opening fails with; none when it doesn't.
boost::system::error_code open_error(const RocksOptions& options) {
  try {
    RocksStore store(options);
    return {};
  } catch (const boost::system::system_error& failure) {
    EXPECT_THAT(failure.what(), testing::HasSubstr(options.directory.string()));
    return failure.code();
  }
}

/// The write-ahead log that is written to now.
fs::path newest_log(const fs::path& directory) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".log" && path.filename() > newest.filename()) newest = path;
  }
  return newest;
}

void flip_byte(const fs::path& path, std::uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char flipped = static_cast<char>(~file.get());
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(flipped);
}

/// What a crash would leave of the store: its files as they are while it is open.
void copy_open_store(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

TEST(RocksStore, SecondOneOnTheDirectoryIsTurnedAway) {
  const TempDirectory place;
  const RocksStore store({place.path()});
  EXPECT_EQ(open_error({place.path()}), Error::kLocked);
}

TEST(RocksStore, NewerFormatIsTurnedAway) {
  const TempDirectory place;
  {
    RocksStore store({place.path()});
    RocksBatch batch(store);
    batch.put(Family::kMeta, {"format"}, {Varints(3).view()});
    ASSERT_FALSE(store.write(batch, Sync::kYes));
  }
  EXPECT_EQ(open_error({place.path()}), Error::kNewerFormat);
  EXPECT_EQ(open_error({place.path()}), Error::kNewerFormat) << "the first try kept the lock";
}

TEST(RocksStore, DirectoryThatCannotBeMadeIsAnError) {
  EXPECT_EQ(open_error({"/dev/null/store"}), Error::kIo);
}

TEST(RocksStore, CloseIsHarmlessTwice) {
  const TempDirectory place;
  RocksStore store({place.path()});
  EXPECT_FALSE(store.close());
  EXPECT_FALSE(store.close());
  EXPECT_FALSE(open_error({place.path()}));
}

class RocksStoreCrash : public testing::TestWithParam<Durability> {
 protected:
  chat::Seq last_seq(const fs::path& directory) {
    RocksStore store({directory, GetParam()});
    return RocksMessageLog(store).last_seq({7});
  }
};

TEST_P(RocksStoreCrash, KeepsWhatWasCommitted) {
  RocksBackend backend(GetParam());
  const TempDirectory left;
  fill(backend.log(), 7, 1, 500);
  const chat::ChatId given = backend.directory().next_chat_id();
  const auto user = backend.directory().add_user({{}, "ann@x.org", "Ann", "hash"});
  ASSERT_TRUE(user);
  copy_open_store(backend.path(), left.path());

  RocksStore store({left.path(), GetParam()});
  const RocksMessageLog log(store);
  RocksDirectory directory(store);
  EXPECT_EQ(forward(log, 7, 0, 1000).size(), 500u);
  EXPECT_EQ(log.find({7}, {1}, "c500")->seq, 500u);
  EXPECT_GT(directory.next_chat_id(), given);
  EXPECT_EQ(directory.user_by_email("ann@x.org")->user, *user);
}

TEST_P(RocksStoreCrash, TornLastRecordIsDroppedAndNothingElse) {
  RocksBackend backend(GetParam());
  fill(backend.log(), 7, 1, 3);
  const auto kept_bytes = fs::file_size(newest_log(backend.path()));
  fill(backend.log(), 7, 4, 4);
  const auto all_bytes = fs::file_size(newest_log(backend.path()));
  ASSERT_GT(all_bytes, kept_bytes);
  constexpr std::uintmax_t kHeaderBytes = 7;  // checksum, length, type
  for (const auto size : {kept_bytes, kept_bytes + 1, kept_bytes + kHeaderBytes,
                          (kept_bytes + all_bytes) / 2, all_bytes - 1, all_bytes}) {
    const TempDirectory left;
    copy_open_store(backend.path(), left.path());
    fs::resize_file(newest_log(left.path()), size);
    EXPECT_EQ(last_seq(left.path()), size == all_bytes ? 4u : 3u) << "cut at " << size;
  }
}

TEST_P(RocksStoreCrash, GoesOnAfterATornRecord) {
  RocksBackend backend(GetParam());
  const TempDirectory left;
  fill(backend.log(), 7, 1, 3);
  fill(backend.log(), 7, 4, 4);
  copy_open_store(backend.path(), left.path());
  const fs::path log = newest_log(left.path());
  fs::resize_file(log, fs::file_size(log) - 10);
  {
    RocksStore store({left.path(), GetParam()});
    RocksMessageLog again(store);
    fill(again, 7, 4, 9);
  }
  EXPECT_EQ(last_seq(left.path()), 9u);
}

INSTANTIATE_TEST_SUITE_P(WithALog, RocksStoreCrash,
                         testing::Values(Durability::kFsync, Durability::kOs));

// The damage is in the first of many commits: everything after it was acknowledged.
TEST(RocksStore, DamageBeforeTheEndIsNeverPassedOver) {
  RocksBackend backend;
  const TempDirectory left;
  const auto start = fs::file_size(newest_log(backend.path()));
  fill(backend.log(), 7, 1, 1);
  const auto second = fs::file_size(newest_log(backend.path()));
  fill(backend.log(), 7, 2, 2);
  fill(backend.log(), 7, 3, 3);
  copy_open_store(backend.path(), left.path());
  ASSERT_GT(second, start);
  flip_byte(newest_log(left.path()), second + 40);

  EXPECT_EQ(open_error({left.path()}), Error::kCorrupt);
  RocksOptions give_up{left.path()};
  give_up.drop_after_damage = true;
  RocksStore store(give_up);
  EXPECT_EQ(RocksMessageLog(store).last_seq({7}), 1u);
}

// A full disk, as far as a process can make one: files may not grow. The store may be beyond help
// until it is opened anew (RocksDB says so of all but a real lack of space), its data mustn't be.
TEST(RocksStore, FailedCommitIsReportedAndHarmsNothing) {
  RocksBackend backend;
  fill(backend.log(), 7, 1, 3);

  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous = signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{fs::file_size(newest_log(backend.path())) + 100, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  chat::Batch batch;
  batch.messages = {message(7, 4, "c4", 1, std::string(10'000, 'x'))};
  const auto first = commit(backend.log(), batch);
  const auto second = commit(backend.log(), batch);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, previous);

  EXPECT_EQ(first, Error::kIo);
  EXPECT_TRUE(second.failed());
  EXPECT_THAT(forward(backend.log(), 7, 0, 3), testing::ElementsAre(1, 2, 3));
  backend.reopen();
  EXPECT_EQ(backend.log().last_seq({7}), 3u);
  fill(backend.log(), 7, 4, 4);
  EXPECT_EQ(backend.log().last_seq({7}), 4u);
}

/// Where the process to be killed and the one that looks afterwards meet.
constexpr const char* kPlaceVariable = "THRONG_TEST_STORE";

TEST(RocksStoreDeathTest, KilledProcessLosesNothing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::optional<TempDirectory> place;
  if (!getenv(kPlaceVariable)) {  // the child has it from its parent
    place.emplace();
    setenv(kPlaceVariable, place->path().c_str(), 1);
  }
  const fs::path directory = getenv(kPlaceVariable);
  EXPECT_EXIT(
      {
        RocksStore store({directory, Durability::kOs});
        RocksMessageLog log(store);
        fill(log, 7, 1, 1000);
        raise(SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  unsetenv(kPlaceVariable);
  RocksStore store({directory, Durability::kOs});
  EXPECT_EQ(forward(RocksMessageLog(store), 7, 0, 2000).size(), 1000u);
}

TEST(RocksStore, CountsWhatIsInTables) {
  const TempDirectory directory;
  RocksOptions options;
  options.directory = directory.path();
  {
    RocksStore store(options);
    RocksBatch batch(store);
    for (const char* key : {"a", "b", "c"}) batch.put(Family::kMessages, {key}, {"text"});
    ASSERT_FALSE(store.write(batch, Sync::kYes));
    EXPECT_EQ(store.entries_in_tables(Family::kMessages), 0u) << "they are in the log";
  }
  const RocksStore opened_again(options);  // which makes tables of the log
  EXPECT_EQ(opened_again.entries_in_tables(Family::kMessages), 3u);
}

}  // namespace
}  // namespace throng::storage
