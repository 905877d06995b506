#include "server/storage/committer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/storage/error.hpp"

namespace throng::storage {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

bool for_directory(const chat::Batch* batch) {
  return !batch->chats.empty() || !batch->members.empty() || !batch->last_seen.empty() ||
         !batch->asset_links.empty();
}

bool for_log(const chat::Batch* batch) {
  return !batch->messages.empty() || !batch->cursors.empty();
}

}  // namespace

Committer::Committer(chat::MessageLog& log, chat::Directory& directory, std::size_t max_queued,
                     std::vector<CommitListener*> listeners)
    : log_(log),
      directory_(directory),
      max_queued_(max_queued),
      listeners_(std::move(listeners)),
      thread_([this] { run(); }) {}

Committer::~Committer() { stop(); }

void Committer::submit(std::unique_ptr<chat::Batch> batch, Done done) {
  bool refused = false;
  {
    const std::scoped_lock lock(mutex_);
    refused = stopping_;
    if (!refused) {
      if (queue_.size() >= max_queued_) throw std::logic_error("Committer: too many batches wait");
      queue_.push_back({std::move(batch), std::move(done)});
    }
  }
  if (refused) {
    done(std::move(batch), Error::kStopped);
  } else {
    wake_.notify_one();
  }
}

void Committer::stop() {
  std::call_once(stopped_, [this] {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  });
}

Committer::Counters Committer::counters() const {
  return {groups_.load(kRelaxed),
          batch_count_.load(kRelaxed),
          messages_.load(kRelaxed),
          failures_.load(kRelaxed),
          std::chrono::nanoseconds(commit_total_ns_.load(kRelaxed)),
          std::chrono::nanoseconds(commit_last_ns_.load(kRelaxed)),
          seconds_.read(),
          of_group_.read()};
}

void Committer::run() {
  while (take_group()) commit_group();
}

// False once the committer is stopping and nothing waits any more.
bool Committer::take_group() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  group_.swap(queue_);
  return !group_.empty();
}

void Committer::commit_group() {
  const auto started = std::chrono::steady_clock::now();
  const auto error = write_group();
  count(std::chrono::steady_clock::now() - started, error.failed());
  if (!error) {
    for (CommitListener* listener : listeners_) listener->committed(batches_);
  }
  for (Waiting& waiting : group_) waiting.done(std::move(waiting.batch), error);
  group_.clear();
}

boost::system::error_code Committer::write_group() {
  batches_.clear();
  for (const Waiting& waiting : group_) batches_.push_back(waiting.batch.get());
  if (std::any_of(batches_.begin(), batches_.end(), for_directory)) {
    const auto error = directory_.commit(batches_);
    if (error) return error;
  }
  if (std::none_of(batches_.begin(), batches_.end(), for_log)) return {};
  return log_.commit(batches_);
}

void Committer::count(std::chrono::nanoseconds spent, bool failed) {
  std::uint64_t messages = 0;
  for (const Waiting& waiting : group_) messages += waiting.batch->messages.size();
  groups_.fetch_add(1, kRelaxed);
  batch_count_.fetch_add(group_.size(), kRelaxed);
  messages_.fetch_add(messages, kRelaxed);
  failures_.fetch_add(failed ? 1 : 0, kRelaxed);
  commit_total_ns_.fetch_add(spent.count(), kRelaxed);
  commit_last_ns_.store(spent.count(), kRelaxed);
  seconds_.add(static_cast<std::uint64_t>(spent.count()));
  of_group_.add(messages);
}

}  // namespace throng::storage
