#include "loadgen/users/online_board.hpp"

#include <sys/mman.h>

#include <new>

namespace throng::users {

using Entry = std::atomic<std::int64_t>;
static_assert(Entry::is_always_lock_free, "entries are shared between processes");

OnlineBoard::OnlineBoard(measure::UserNumber first, std::size_t users) : first_(first) {
  if (users == 0) return;
  void* const memory = mmap(nullptr, users * sizeof(Entry), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  since_ns_ = {static_cast<Entry*>(memory), users};
  for (Entry& entry : since_ns_) new (&entry) Entry(kOffline);
}

OnlineBoard::~OnlineBoard() {
  if (!since_ns_.empty()) munmap(since_ns_.data(), since_ns_.size_bytes());
}

}  // namespace throng::users
