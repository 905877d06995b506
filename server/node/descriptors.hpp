#pragma once

#include <cstddef>

namespace throng::node {

/// How the process's descriptors are shared out; the rest is for shards, logs and the listener.
struct DescriptorShares {
  std::size_t store_files = 0;  ///< that the store may hold open at once
  std::size_t connections = 0;  ///< 0: there are too few descriptors to serve anybody
};

/// The store gets what it works well with, or a quarter where descriptors are scarce: it would
/// rather open files again than have a session refused. In memory it needs none.
DescriptorShares share_descriptors(std::size_t limit, std::size_t shards, bool on_disk);

/// How many this process may have.
std::size_t descriptor_limit();

/// Raises the soft limit of descriptors to the hard one and returns what then holds.
std::size_t raise_descriptor_limit();

}  // namespace throng::node
