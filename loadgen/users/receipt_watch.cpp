#include "loadgen/users/receipt_watch.hpp"

#include <algorithm>
#include <iterator>

namespace throng::users {
namespace {

constexpr std::size_t kLeastCapacity = 2;

}  // namespace

ReceiptWatch::Watched ReceiptWatch::watch(const Watched& message) {
  Watched forgotten;
  if (watched_.size() == kMaxWatched) {
    forgotten = watched_.front();
    watched_.pop_front();
  }
  if (watched_.full()) {
    watched_.set_capacity(std::clamp(2 * watched_.capacity(), kLeastCapacity, kMaxWatched));
  }
  watched_.insert(first_above(message.seq), message);
  return forgotten;
}

ReceiptWatch::List::iterator ReceiptWatch::first_above(protocol::Seq seq) {
  auto at = watched_.end();
  while (at != watched_.begin() && std::prev(at)->seq > seq) --at;
  return at;
}

ReceiptWatch::Change ReceiptWatch::count(protocol::Seq seq, std::uint32_t undelivered,
                                         std::uint32_t unread) {
  const auto at = first_above(seq - 1);
  if (at == watched_.end() || at->seq != seq) return {};
  Change change{.due = at->due};
  change.delivered = at->undelivered - std::min(at->undelivered, undelivered);
  change.read = at->unread - std::min(at->unread, unread);
  at->undelivered -= change.delivered;
  at->unread -= change.read;
  forget_complete(at, std::next(at));
  return change;
}

void ReceiptWatch::forget_complete(List::iterator begin, List::iterator end) {
  const auto complete = [](const Watched& each) {
    return each.undelivered == 0 && each.unread == 0;
  };
  watched_.erase(std::remove_if(begin, end, complete), end);
}

}  // namespace throng::users
