#include "server/storage/store_size.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/server/storage/temp_directory.hpp"

namespace throng::storage {
namespace {

TEST(StoreSize, AddsUpTablesAndLogsAndNothingElse) {
  const TempDirectory directory;
  const auto make = [&](const char* name, std::size_t bytes) {
    std::ofstream(directory.path() / name) << std::string(bytes, 'x');
  };
  make("000007.sst", 300);
  make("000009.sst", 20);
  make("000010.log", 5);
  make("LOG", 1000);
  make("MANIFEST-000004", 1000);
  const StoreSize size = store_size(directory.path());
  EXPECT_EQ(size.table_bytes, 320u);
  EXPECT_EQ(size.log_bytes, 5u);
}

TEST(StoreSize, OfWhatIsNotThereIsZero) {
  const StoreSize size = store_size("/nowhere/at/all");
  EXPECT_EQ(size.table_bytes + size.log_bytes, 0u);
}

}  // namespace
}  // namespace throng::storage
