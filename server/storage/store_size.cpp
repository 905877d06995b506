#include "server/storage/store_size.hpp"

#include <system_error>

namespace throng::storage {

StoreSize store_size(const std::filesystem::path& directory) {
  StoreSize size;
  std::error_code error;
  std::filesystem::directory_iterator file(directory, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    const auto ending = file->path().extension();
    if (ending != ".sst" && ending != ".log") continue;
    std::error_code gone;  // a compaction may just have removed it
    const std::uintmax_t bytes = file->file_size(gone);
    if (!gone) (ending == ".sst" ? size.table_bytes : size.log_bytes) += bytes;
  }
  return size;
}

}  // namespace throng::storage
