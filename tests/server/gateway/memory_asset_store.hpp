#pragma once

#include <map>
#include <string>

#include "server/assets/asset_store.hpp"

namespace throng::gateway {

/// Assets in memory, answering at once; names aren't checked against bytes.
class MemoryAssetStore final : public assets::AssetStore {
 public:
  template <class T>
  using Done = assets::Done<T>;

  void begin(const assets::AssetId& asset, std::uint64_t,
             Done<std::unique_ptr<assets::Upload>> done) override {
    if (refusal) return done(*refusal);
    done(std::make_unique<Incoming>(*this, asset));
  }
  void size(const assets::AssetId& asset, Done<std::uint64_t> done) const override {
    if (refusal) return done(*refusal);
    done(std::uint64_t{files.at(asset).size()});
  }
  void read(const assets::AssetId& asset, std::uint64_t offset, std::span<char> into,
            Done<std::size_t> done) const override {
    if (refusal) return done(*refusal);
    done(files.at(asset).copy(into.data(), into.size(), offset));
  }
  std::uint64_t stored_bytes() const override { return 0; }

  std::map<assets::AssetId, std::string> files;
  std::optional<protocol::Error> refusal;  ///< of everything

 private:
  class Incoming final : public assets::Upload {
   public:
    Incoming(MemoryAssetStore& store, const assets::AssetId& asset)
        : store_(store), asset_(asset) {}

    void append(std::span<const char> bytes, Done<std::uint64_t> done) override {
      bytes_.append(bytes.data(), bytes.size());
      done(std::uint64_t{bytes_.size()});
    }
    void finish(Done<bool> done) override {
      if (store_.refusal) return done(*store_.refusal);
      done(store_.files.insert_or_assign(asset_, bytes_).second);
    }

   private:
    MemoryAssetStore& store_;
    const assets::AssetId asset_;
    std::string bytes_;
  };
};

}  // namespace throng::gateway
