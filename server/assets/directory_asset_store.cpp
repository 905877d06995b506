#include "server/assets/directory_asset_store.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace throng::assets {

namespace fs = std::filesystem;
using boost::system::error_code;
using protocol::Error;

namespace {

/// SHA-256 as the bytes come.
class Hash {
 public:
  Hash() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!state_ || EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) != 1) {
      throw std::runtime_error("OpenSSL has no SHA-256");
    }
  }
  void add(std::span<const char> bytes) {
    EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size());
  }
  AssetId finish() {
    AssetId id;
    EVP_DigestFinal_ex(state_.get(), id.bytes.data(), nullptr);
    return id;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state_;
};

Error to_error(const error_code& error) {
  switch (error.value()) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Error::kNoRoom;
    default:
      return Error::kUnavailable;
  }
}

/// Has `job` run by a worker, and `done` told what it returned.
template <class T, class Job>
void run_on(workers::Workers& workers, const Done<T>& done, Job job) {
  if (!workers.run([done, job = std::move(job)]() mutable { done(job()); })) {
    done(Error::kOverloaded);
  }
}

}  // namespace

class DirectoryAssetStore::Reservation {
 public:
  /// is_made() says whether there is room.
  Reservation(DirectoryAssetStore& store, std::uint64_t bytes) : store_(store), bytes_(bytes) {
    const std::scoped_lock lock(store.mutex_);
    const std::uint64_t quota = store.options_.quota_bytes;
    is_made_ = quota == 0 || store.stored_bytes_ + store.reserved_bytes_ + bytes <= quota;
    if (is_made_) store.reserved_bytes_ += bytes;
  }
  ~Reservation() {
    const std::scoped_lock lock(store_.mutex_);
    if (is_made_) store_.reserved_bytes_ -= bytes_;
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  bool is_made() const { return is_made_; }

 private:
  DirectoryAssetStore& store_;
  const std::uint64_t bytes_;
  bool is_made_;
};

class DirectoryAssetStore::Incoming final : public Upload {
 public:
  /// `file` isn't open where the asset seems to be there: then only its hash is checked.
  Incoming(DirectoryAssetStore& store, const AssetId& asset, std::uint64_t announced_bytes,
           std::unique_ptr<Reservation> reservation, File file)
      : store_(store),
        asset_(asset),
        announced_bytes_(announced_bytes),
        reservation_(std::move(reservation)),
        file_(std::move(file)) {}

  ~Incoming() override {
    // Removing a large file takes its time; where no worker can, it is removed here.
    if (file_.is_open()) (void)store_.workers_.run([file = std::move(file_)] {});
  }

  void append(std::span<const char> bytes, Done<std::uint64_t> done) override {
    run_on(store_.workers_, done, [this, bytes] { return append_now(bytes); });
  }
  void finish(Done<bool> done) override {
    run_on(store_.workers_, done, [this] { return finish_now(); });
  }

 private:
  Result<std::uint64_t> append_now(std::span<const char> bytes) {
    if (bytes.size() > announced_bytes_ - bytes_) return Error::kTooLarge;
    hash_.add(bytes);
    bytes_ += bytes.size();
    if (!file_.is_open()) return bytes_;
    if (const auto error = file_.append(bytes)) return to_error(error);
    return bytes_;
  }

  Result<bool> finish_now() {
    if (hash_.finish() != asset_) return Error::kWrongHash;
    const auto placed = store_.place(file_, asset_, bytes_);
    if (placed.has_error()) return to_error(placed.error());
    return *placed == Placed::kNew;
  }

  DirectoryAssetStore& store_;
  const AssetId asset_;
  const std::uint64_t announced_bytes_;
  const std::unique_ptr<Reservation> reservation_;  ///< null where no room is needed
  File file_;
  Hash hash_;
  std::uint64_t bytes_ = 0;
};

DirectoryAssetStore::DirectoryAssetStore(const DirectoryOptions& options, workers::Workers& workers)
    : options_(options), incoming_(options.directory / "incoming"), workers_(workers) {
  try {
    fs::create_directories(incoming_);
    remove_leftovers();
    stored_bytes_ = count_stored();
  } catch (const fs::filesystem_error& e) {
    throw std::runtime_error(fmt::format("assets: {}", e.what()));
  }
}

void DirectoryAssetStore::remove_leftovers() const {
  for (const auto& entry : fs::directory_iterator(incoming_)) fs::remove_all(entry.path());
}

std::uint64_t DirectoryAssetStore::count_stored() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(options_.directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

fs::path DirectoryAssetStore::path_of(const AssetId& asset) const {
  const std::string name = asset.text();
  return options_.directory / name.substr(0, 2) / name.substr(2, 2) / name;
}

std::uint64_t DirectoryAssetStore::stored_bytes() const {
  const std::scoped_lock lock(mutex_);
  return stored_bytes_;
}

// ---- Reading ----

void DirectoryAssetStore::size(const AssetId& asset, Done<std::uint64_t> done) const {
  run_on(workers_, done, [path = path_of(asset)]() -> Result<std::uint64_t> {
    const auto size = size_of(path);
    if (size.has_error()) return to_error(size.error());
    if (!*size) return Error::kNoSuchAsset;
    return **size;
  });
}

void DirectoryAssetStore::read(const AssetId& asset, std::uint64_t offset, std::span<char> into,
                               Done<std::size_t> done) const {
  run_on(workers_, done, [path = path_of(asset), offset, into]() -> Result<std::size_t> {
    const auto file = File::open(path);
    if (file.has_error()) return to_error(file.error());
    const auto count = file->read(offset, into);
    if (count.has_error()) return to_error(count.error());
    return *count;
  });
}

// ---- Writing ----

void DirectoryAssetStore::begin(const AssetId& asset, std::uint64_t bytes,
                                Done<std::unique_ptr<Upload>> done) {
  run_on(workers_, done, [this, asset, bytes] { return begin_now(asset, bytes); });
}

Result<std::unique_ptr<Upload>> DirectoryAssetStore::begin_now(const AssetId& asset,
                                                               std::uint64_t bytes) {
  const auto there = size_of(path_of(asset));
  if (there.has_error()) return to_error(there.error());
  if (*there == bytes) {
    return std::make_unique<Incoming>(*this, asset, bytes, nullptr, File());
  }
  auto reservation = std::make_unique<Reservation>(*this, bytes);
  if (!reservation->is_made()) return Error::kNoRoom;
  auto file = File::make_temporary(incoming_ / std::to_string(++uploads_begun_));
  if (file.has_error()) return to_error(file.error());
  return std::make_unique<Incoming>(*this, asset, bytes, std::move(reservation), std::move(*file));
}

boost::system::result<DirectoryAssetStore::Placed> DirectoryAssetStore::place(File& file,
                                                                              const AssetId& asset,
                                                                              std::uint64_t bytes) {
  const fs::path to = path_of(asset);
  const fs::path folder = to.parent_path();
  boost::system::result<Placed> placed = Placed::kThere;
  if (file.is_open()) {
    if (const auto error = options_.sync ? file.sync() : error_code()) return error;
    for (const fs::path& each : {folder.parent_path(), folder}) {
      if (const auto error = make_directory(each)) return error;
    }
    placed = rename_if_new(file, to, bytes);
  }
  if (placed.has_error() || !options_.sync) return placed;
  // All of them, and for an asset that was there too: another upload may just have made it, and not
  // have synced that yet.
  for (const fs::path& each : {folder, folder.parent_path(), options_.directory}) {
    if (const auto error = sync_directory(each)) return error;
  }
  return placed;
}

boost::system::result<DirectoryAssetStore::Placed> DirectoryAssetStore::rename_if_new(
    File& file, const fs::path& to, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto there = size_of(to);
  if (there.has_error()) return there.error();
  // One of another size is what a loss of power left of an unsynced one.
  if (*there == bytes) return Placed::kThere;
  if (const auto error = file.keep_as(to)) return error;
  stored_bytes_ += bytes - there->value_or(0);
  return Placed::kNew;
}

}  // namespace throng::assets
