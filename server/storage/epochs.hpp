#pragma once

#include <cstdint>

#include "server/chat/epochs.hpp"
#include "server/storage/rocks_store.hpp"

namespace throng::storage {

/// A client that comes back after so many restarts catches up from the beginning.
inline constexpr std::size_t kMaxEpochs = 1000;

/// The store's epochs with `own`, which begins and is kept there before this returns.
/// Errors: throws boost::system::system_error when the store can't be read or written.
chat::Epochs begin_epoch(RocksStore& store, std::uint64_t own);

}  // namespace throng::storage
