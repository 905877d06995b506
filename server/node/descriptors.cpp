#include "server/node/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "server/gateway/limits.hpp"
#include "server/storage/rocks_store.hpp"

namespace throng::node {
namespace {

/// A shard's event loop: epoll, a timer and an event to wake it, and one to spare.
constexpr std::size_t kDescriptorsPerShard = 4;
/// Standard streams, the listener, signals, the store's logs, connections that are just closing.
constexpr std::size_t kOtherDescriptors = 100;
/// Assets on their way in, and files that are just read.
const std::size_t kAssetFiles = gateway::Limits{}.uploads + gateway::Limits{}.http_workers;
constexpr std::size_t kUsualLimit = 1024;

}  // namespace

DescriptorShares share_descriptors(std::size_t limit, std::size_t shards, bool on_disk) {
  const std::size_t store_files =
      on_disk ? std::min(storage::RocksOptions{}.open_files, limit / 4) : 0;
  const std::size_t taken =
      store_files + kDescriptorsPerShard * shards + kOtherDescriptors + kAssetFiles;
  return {store_files, limit > taken ? limit - taken : 0};
}

std::size_t descriptor_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : kUsualLimit;
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUsualLimit;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return descriptor_limit();
}

}  // namespace throng::node
