#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>

#include "server/assets/asset_store.hpp"
#include "server/assets/file.hpp"
#include "server/workers/workers.hpp"

namespace throng::assets {

struct DirectoryOptions {
  std::filesystem::path directory;  ///< made if missing
  bool sync = true;                 ///< what was finished survives the loss of power
  std::uint64_t quota_bytes = 0;    ///< of all assets; 0: as much as the disk has
};

/// Assets as files: asset 9f86d0... is DIRECTORY/9f/86/9f86d0..., and what is on its way in is in
/// DIRECTORY/incoming. A file gets its name only once all of it is there and has that hash, so a
/// crash leaves nothing half done; what it leaves in `incoming` is removed at the next start.
/// Files are read and written on the workers. Any thread may call.
class DirectoryAssetStore final : public AssetStore {
 public:
  /// Requires: `workers` outlives the store, which outlives its uploads; no other process has the
  /// directory open. Errors: std::runtime_error naming what can't be made or read.
  DirectoryAssetStore(const DirectoryOptions& options, workers::Workers& workers);

  void begin(const AssetId& asset, std::uint64_t bytes,
             Done<std::unique_ptr<Upload>> done) override;
  void size(const AssetId& asset, Done<std::uint64_t> done) const override;
  void read(const AssetId& asset, std::uint64_t offset, std::span<char> into,
            Done<std::size_t> done) const override;
  std::uint64_t stored_bytes() const override;

 private:
  class Incoming;
  enum class Placed : std::uint8_t { kNew, kThere };
  /// Room for an upload, until it is finished or given up.
  class Reservation;

  Result<std::unique_ptr<Upload>> begin_now(const AssetId& asset, std::uint64_t bytes);
  /// Gives the file its name unless there is one already. Errors: errno's.
  boost::system::result<Placed> place(File& file, const AssetId& asset, std::uint64_t bytes);
  boost::system::result<Placed> rename_if_new(File& file, const std::filesystem::path& to,
                                              std::uint64_t bytes);
  std::filesystem::path path_of(const AssetId& asset) const;
  void remove_leftovers() const;
  std::uint64_t count_stored() const;

  // Constant after construction
  const DirectoryOptions options_;
  const std::filesystem::path incoming_;
  workers::Workers& workers_;

  // Guarded by mutex_, which is held while a file gets its name
  mutable std::mutex mutex_;
  std::uint64_t stored_bytes_ = 0;
  std::uint64_t reserved_bytes_ = 0;

  // Any thread
  std::atomic<std::uint64_t> uploads_begun_ = 0;  ///< names their files
};

}  // namespace throng::assets
