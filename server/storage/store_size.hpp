#pragma once

#include <cstdint>
#include <filesystem>

namespace throng::storage {

/// What a store takes on disk.
struct StoreSize {
  std::uint64_t table_bytes = 0;  ///< sorted, and compressed where the store compresses
  std::uint64_t log_bytes = 0;    ///< the write-ahead log: what isn't in tables yet, as it came
};

/// Adds up the files of a store, which may be in use. A folder that can't be read has none.
StoreSize store_size(const std::filesystem::path& directory);

}  // namespace throng::storage
