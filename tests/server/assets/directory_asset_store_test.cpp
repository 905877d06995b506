#include "server/assets/directory_asset_store.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "tests/server/storage/temp_directory.hpp"

namespace throng::assets {
namespace {

namespace fs = std::filesystem;
using protocol::Error;

// SHA-256 of "test" and of "hello".
constexpr std::string_view kTest =
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
constexpr std::string_view kHello =
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

AssetId id(std::string_view text) { return AssetId::parse(text).value(); }

/// Calls and waits for the answer.
template <class T, class Call>
Result<T> answer_of(Call call) {
  std::promise<Result<T>> answer;
  call([&](Result<T> result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

class DirectoryAssetStoreTest : public testing::Test {
 protected:
  void open(std::uint64_t quota_bytes = 0, std::size_t max_waiting = 100) {
    store_.reset();
    workers_.emplace(2, max_waiting);
    store_.emplace(
        DirectoryOptions{
            .directory = place_.path() / "assets", .sync = true, .quota_bytes = quota_bytes},
        *workers_);
  }

  Result<std::unique_ptr<Upload>> begin(std::string_view asset, std::uint64_t bytes) {
    return answer_of<std::unique_ptr<Upload>>(
        [&](auto done) { store_->begin(id(asset), bytes, done); });
  }
  static Result<std::uint64_t> append(Upload& upload, std::string_view bytes) {
    return answer_of<std::uint64_t>([&](auto done) { upload.append(bytes, done); });
  }
  static Result<bool> finish(Upload& upload) {
    return answer_of<bool>([&](auto done) { upload.finish(done); });
  }
  Result<bool> put(std::string_view asset, std::string_view bytes) {
    auto upload = begin(asset, bytes.size());
    if (upload.has_error()) return upload.error();
    const auto appended = append(**upload, bytes);
    if (appended.has_error()) return appended.error();
    return finish(**upload);
  }
  Result<std::uint64_t> size(std::string_view asset) {
    return answer_of<std::uint64_t>([&](auto done) { store_->size(id(asset), done); });
  }
  /// "" for an error.
  std::string read(std::string_view asset, std::uint64_t offset, std::size_t most) {
    std::string bytes(most, '\0');
    const auto count =
        answer_of<std::size_t>([&](auto done) { store_->read(id(asset), offset, bytes, done); });
    bytes.resize(count.has_error() ? 0 : *count);
    return bytes;
  }

  /// Waits until the workers have nothing left to do; then the store can't be used any more.
  std::vector<std::string> files_in_the_end() {
    workers_->stop();
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(place_.path() / "assets")) {
      if (entry.is_regular_file()) {
        files.push_back(fs::relative(entry.path(), place_.path() / "assets").string());
      }
    }
    return files;
  }

  storage::TempDirectory place_;
  std::optional<workers::Workers> workers_;
  std::optional<DirectoryAssetStore> store_;
};

using Files = std::vector<std::string>;

TEST_F(DirectoryAssetStoreTest, GivesBackWhatWasPut) {
  open();
  EXPECT_EQ(size(kTest).error(), Error::kNoSuchAsset);
  EXPECT_TRUE(put(kTest, "test").value());
  EXPECT_EQ(size(kTest).value(), 4u);
  EXPECT_EQ(read(kTest, 0, 100), "test");
  EXPECT_EQ(store_->stored_bytes(), 4u);
  EXPECT_EQ(files_in_the_end(), Files{"9f/86/" + std::string(kTest)});
}

TEST_F(DirectoryAssetStoreTest, ReadsAnyPart) {
  open();
  ASSERT_TRUE(put(kHello, "hello"));
  EXPECT_EQ(read(kHello, 1, 3), "ell");
  EXPECT_EQ(read(kHello, 4, 10), "o");
  EXPECT_EQ(read(kHello, 5, 10), "");
  EXPECT_EQ(read(kTest, 0, 10), "");
}

TEST_F(DirectoryAssetStoreTest, TakesBytesInPieces) {
  open();
  auto upload = begin(kHello, 5);
  EXPECT_EQ(append(**upload, "he").value(), 2u);
  EXPECT_EQ(append(**upload, "llo").value(), 5u);
  EXPECT_TRUE(finish(**upload).value());
  EXPECT_EQ(read(kHello, 0, 10), "hello");
}

TEST_F(DirectoryAssetStoreTest, KeepsBytesOnce) {
  open();
  EXPECT_TRUE(put(kTest, "test").value());
  EXPECT_FALSE(put(kTest, "test").value());
  EXPECT_EQ(store_->stored_bytes(), 4u);
  EXPECT_EQ(files_in_the_end().size(), 1u);
}

TEST_F(DirectoryAssetStoreTest, TwoUploadsAtOnceKeepBytesOnce) {
  open();
  auto one = begin(kTest, 4);
  auto other = begin(kTest, 4);
  ASSERT_TRUE(append(**one, "test"));
  ASSERT_TRUE(append(**other, "test"));
  EXPECT_TRUE(finish(**one).value());
  EXPECT_FALSE(finish(**other).value());
  one->reset();
  other->reset();
  EXPECT_EQ(store_->stored_bytes(), 4u);
  EXPECT_EQ(files_in_the_end().size(), 1u);
}

TEST_F(DirectoryAssetStoreTest, RefusesBytesThatAreNotTheNames) {
  open();
  EXPECT_EQ(put(kTest, "tesT").error(), Error::kWrongHash);
  EXPECT_EQ(size(kTest).error(), Error::kNoSuchAsset);
  EXPECT_EQ(files_in_the_end(), Files{});
}

TEST_F(DirectoryAssetStoreTest, ChecksTheBytesOfWhatIsThereAlready) {
  open();
  ASSERT_TRUE(put(kTest, "test"));
  EXPECT_EQ(put(kTest, "tesT").error(), Error::kWrongHash);
  EXPECT_EQ(read(kTest, 0, 10), "test");
}

TEST_F(DirectoryAssetStoreTest, ACutUploadLeavesNothing) {
  open();
  {
    auto upload = begin(kHello, 5);
    ASSERT_TRUE(append(**upload, "hel"));
    EXPECT_EQ(finish(**upload).error(), Error::kWrongHash);
  }
  {
    auto upload = begin(kHello, 5);
    ASSERT_TRUE(append(**upload, "hel"));
  }
  EXPECT_EQ(files_in_the_end(), Files{});
}

TEST_F(DirectoryAssetStoreTest, TakesNoMoreThanWasAnnounced) {
  open();
  auto upload = begin(kHello, 4);
  EXPECT_EQ(append(**upload, "hello").error(), Error::kTooLarge);
  ASSERT_TRUE(append(**upload, "hell"));
  EXPECT_EQ(append(**upload, "o").error(), Error::kTooLarge);
}

TEST_F(DirectoryAssetStoreTest, StaysWithinItsQuota) {
  open(8);
  ASSERT_TRUE(put(kHello, "hello"));
  EXPECT_EQ(put(kTest, "test").error(), Error::kNoRoom);
  EXPECT_FALSE(put(kHello, "hello").value());  // needs no room
}

TEST_F(DirectoryAssetStoreTest, WhatIsOnItsWayCountsForTheQuota) {
  open(8);
  {
    auto upload = begin(kHello, 5);
    ASSERT_TRUE(upload.has_value());
    EXPECT_EQ(begin(kTest, 4).error(), Error::kNoRoom);
  }
  EXPECT_TRUE(put(kTest, "test"));
}

TEST_F(DirectoryAssetStoreTest, RemovesWhatACrashLeft) {
  open();
  ASSERT_TRUE(put(kTest, "test"));
  std::ofstream(place_.path() / "assets" / "incoming" / "17") << "hel";
  open();
  EXPECT_EQ(read(kTest, 0, 10), "test");
  EXPECT_EQ(store_->stored_bytes(), 4u);
  EXPECT_EQ(files_in_the_end().size(), 1u);
}

TEST_F(DirectoryAssetStoreTest, MendsWhatALossOfPowerCut) {
  open();
  ASSERT_TRUE(put(kTest, "test"));
  fs::resize_file(place_.path() / "assets/9f/86" / kTest, 0);
  open();
  EXPECT_TRUE(put(kTest, "test").value());
  EXPECT_EQ(read(kTest, 0, 10), "test");
  EXPECT_EQ(store_->stored_bytes(), 4u);
}

TEST_F(DirectoryAssetStoreTest, WhatTheWorkersHaveNoRoomForIsRefused) {
  open(0, 0);
  EXPECT_EQ(begin(kTest, 4).error(), Error::kOverloaded);
  EXPECT_EQ(size(kTest).error(), Error::kOverloaded);
}

TEST_F(DirectoryAssetStoreTest, ADirectoryThatCannotBeMadeIsNamed) {
  std::ofstream(place_.path() / "assets") << "a file";
  try {
    open();
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find((place_.path() / "assets").string()), std::string::npos);
  }
}

/// As a full disk: no file may become larger.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(DirectoryAssetStoreTest, AFullDiskIsSaidAndNothingIsLeft) {
  open();
  {
    const FileSizeLimit full(2);
    EXPECT_EQ(put(kTest, "test").error(), Error::kNoRoom);
  }
  EXPECT_TRUE(put(kHello, "hello").value());
  EXPECT_EQ(files_in_the_end().size(), 1u);
}

TEST_F(DirectoryAssetStoreTest, ADiskThatFailsIsSaid) {
  open();
  fs::remove(place_.path() / "assets/incoming");
  EXPECT_TRUE(begin(kTest, 4).has_error());
  std::ofstream(place_.path() / "assets/9f") << "no directory";
  EXPECT_EQ(size(kTest).error(), Error::kUnavailable);
}

TEST(AssetId, IsSixtyFourLowerCaseDigits) {
  EXPECT_EQ(AssetId::parse(kTest)->text(), kTest);
  for (const std::string& text :
       {std::string(), std::string(".."), std::string(kTest.substr(1)), std::string(kTest) + "0",
        "9F" + std::string(kTest.substr(2)), "../" + std::string(kTest.substr(3)),
        std::string("%2e%2e") + std::string(kTest.substr(6)), std::string(64, '\0'),
        std::string(5000, 'a')}) {
    EXPECT_FALSE(AssetId::parse(text)) << text;
  }
}

}  // namespace
}  // namespace throng::assets
