#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "protocol/error.hpp"
#include "server/chat/assets.hpp"

namespace throng::assets {

using chat::AssetId;

template <class T>
using Result = boost::system::result<T, protocol::Error>;

/// Called once, on whatever thread the work ended on, or before the call returns.
template <class T>
using Done = std::function<void(Result<T>)>;

/// An asset on its way in. Once it is destroyed, nothing is left of what wasn't finished.
/// One thread, and one call at a time: the next once the last is done.
class Upload {
 public:
  virtual ~Upload() = default;

  /// Takes the next bytes, which stay where they are until it is done; says how many it has now.
  /// Errors: kTooLarge above what was announced, kNoRoom, kOverloaded, kUnavailable.
  virtual void append(std::span<const char> bytes, Done<std::uint64_t> done) = 0;

  /// Puts the asset in its place, as durable as the store was set up to make it. False: it was
  /// there already, and its bytes weren't stored again. Errors: kWrongHash when the bytes aren't
  /// what the name says, kNoRoom, kOverloaded, kUnavailable.
  virtual void finish(Done<bool> done) = 0;
};

/// Where the bytes of assets are, by their SHA-256, each once. No call waits for the disk or the
/// network. Any thread may call.
class AssetStore {
 public:
  virtual ~AssetStore() = default;

  /// `bytes`: how many are to come. Errors: kNoRoom, kOverloaded, kUnavailable.
  virtual void begin(const AssetId& asset, std::uint64_t bytes,
                     Done<std::unique_ptr<Upload>> done) = 0;
  /// Errors: kNoSuchAsset, kOverloaded, kUnavailable.
  virtual void size(const AssetId& asset, Done<std::uint64_t> done) const = 0;
  /// Reads from `offset` on into `into`, which stays until it is done; fewer bytes than fit only at
  /// the end of the asset. Requires: the asset is there. Errors: kOverloaded, kUnavailable.
  virtual void read(const AssetId& asset, std::uint64_t offset, std::span<char> into,
                    Done<std::size_t> done) const = 0;
  /// Bytes of all assets. Known without asking a disk.
  virtual std::uint64_t stored_bytes() const = 0;
};

}  // namespace throng::assets
