#include "loadgen/play/page_readers.hpp"

namespace throng::play {

void PageReaders::await_all() {
  const std::lock_guard lock(mutex_);
  awaits_all_ = true;
}

bool PageReaders::awaits_all() const {
  const std::lock_guard lock(mutex_);
  return awaits_all_;
}

void PageReaders::note(const std::string& reader, bool last) {
  const std::lock_guard lock(mutex_);
  if (last) {
    readers_.erase(reader);
  } else if (readers_.size() < kMost) {
    readers_.insert(reader);
  }
}

bool PageReaders::awaits_some() const {
  const std::lock_guard lock(mutex_);
  return awaits_all_ && !readers_.empty();
}

}  // namespace throng::play
