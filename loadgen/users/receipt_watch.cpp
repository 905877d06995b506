#include "loadgen/users/receipt_watch.hpp"

namespace throng::users {

ReceiptWatch::Watched ReceiptWatch::watch(const Watched& message) {
  Watched forgotten;
  if (watched_.size() == kMaxWatched) {
    forgotten = watched_.front();
    watched_.erase(watched_.begin());
  }
  watched_.push_back(message);
  return forgotten;
}

void ReceiptWatch::forget_complete() {
  std::erase_if(watched_,
                [](const Watched& each) { return each.undelivered == 0 && each.unread == 0; });
}

}  // namespace throng::users
