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

void ReceiptWatch::forget_complete(List::iterator begin, List::iterator end) {
  const auto complete = [](const Watched& each) {
    return each.undelivered == 0 && each.unread == 0;
  };
  watched_.erase(std::remove_if(begin, end, complete), end);
}

}  // namespace throng::users
