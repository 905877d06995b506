#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace throng::gateway {

/// The sessions or HTTP exchanges of one shard by slot. A slot that is given away again has a new
/// generation, so an answer never reaches the wrong one. Owned by the shard's thread.
template <class T>
class SlotTable {
 public:
  /// What `ClientRef` needs besides the shard.
  struct Key {
    std::uint32_t slot;
    std::uint32_t generation;
  };

  /// `make(key)` returns the std::unique_ptr<T> that goes into the slot.
  template <class Make>
  T* insert(Make&& make) {
    std::uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    entries_[slot].client = make(Key{slot, entries_[slot].generation});
    return entries_[slot].client.get();
  }

  T* find(std::uint32_t slot) const {
    return slot < entries_.size() ? entries_[slot].client.get() : nullptr;
  }
  T* find(std::uint32_t slot, std::uint32_t generation) const {
    return slot < entries_.size() && entries_[slot].generation == generation
               ? entries_[slot].client.get()
               : nullptr;
  }

  /// Takes the client out; whoever holds the old generation finds nothing any more.
  std::unique_ptr<T> extract(std::uint32_t slot) {
    ++entries_[slot].generation;
    free_.push_back(slot);
    return std::exchange(entries_[slot].client, nullptr);
  }

  std::size_t size() const { return entries_.size() - free_.size(); }

  template <class Each>
  void for_each(Each&& each) {
    for (std::size_t slot = 0; slot < entries_.size(); ++slot) {
      if (entries_[slot].client) each(*entries_[slot].client);
    }
  }

 private:
  struct Entry {
    std::unique_ptr<T> client;
    std::uint32_t generation = 1;
  };
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace throng::gateway
