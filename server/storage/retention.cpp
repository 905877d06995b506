#include "server/storage/retention.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <limits>
#include <vector>

namespace throng::storage {
namespace {

using chat::Seq;

/// How often is looked: after so small a part of the age, within these bounds.
constexpr chat::TimeMs kPartsOfAge = 10;
constexpr std::chrono::milliseconds kMostOften{500};
constexpr std::chrono::milliseconds kLeastOften{3'600'000};
constexpr std::chrono::milliseconds kDeliveredInterval{5'000};
/// However many chats there are, it works a tenth of the time at most.
constexpr int kPausePerWork = 9;

chat::TimeMs wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// How far the members are that are furthest behind.
struct Slowest {
  chat::UserId user;  ///< whom no other is behind
  Seq delivered = std::numeric_limits<Seq>::max();
  Seq of_others = std::numeric_limits<Seq>::max();  ///< the same without him

  bool have(const chat::StoredView& m) const {
    return m.seq <= (m.from == user ? of_others : delivered);
  }
};

Slowest slowest_of(const chat::MessageLog& log, const chat::Directory& directory,
                   chat::ChatId chat) {
  std::vector<std::pair<Seq, chat::UserId>> members;
  const std::vector<chat::CursorRecord> cursors = log.cursors(chat);
  for (const chat::MemberRecord& member : directory.members(chat)) {
    if (!member.present) continue;
    const auto at = std::ranges::find(cursors, member.user, &chat::CursorRecord::user);
    const Seq delivered = at == cursors.end() ? 0 : at->delivered;
    members.emplace_back(std::max(delivered, member.joined_after), member.user);
  }
  std::ranges::sort(members);
  Slowest slowest;
  if (!members.empty()) std::tie(slowest.delivered, slowest.user) = members[0];
  if (members.size() > 1) slowest.of_others = members[1].first;
  return slowest;
}

}  // namespace

Seq first_to_keep(const chat::MessageLog& log, const chat::Directory& directory, chat::ChatId chat,
                  const Retention& retention, chat::TimeMs now, std::size_t most) {
  const bool by_delivery = retention.kind == Retention::Kind::kDelivered;
  const Slowest slowest = by_delivery ? slowest_of(log, directory, chat) : Slowest{};
  Seq first = log.first_seq(chat);
  const chat::PageLimit page{.messages = most, .bytes = std::numeric_limits<std::size_t>::max()};
  log.read_forward(
      chat, first - 1, std::numeric_limits<Seq>::max(), page, [&](const chat::StoredView& m) {
        const bool goes = by_delivery ? slowest.have(m) : m.time + retention.age <= now;
        if (goes) first = m.seq + 1;
        return goes;
      });
  return first;
}

Sweeper::Sweeper(chat::MessageLog& log, const chat::Directory& directory, Retention retention,
                 std::function<std::uint64_t()> kept)
    : log_(log), directory_(directory), retention_(retention), kept_(std::move(kept)) {}

Sweeper::~Sweeper() { stop(); }

void Sweeper::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "retention");
    run();
  });
}

void Sweeper::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::chrono::milliseconds Sweeper::interval() const {
  if (retention_.kind == Retention::Kind::kDelivered) return kDeliveredInterval;
  return std::clamp(std::chrono::milliseconds(retention_.age / kPartsOfAge), kMostOften,
                    kLeastOften);
}

void Sweeper::run() {
  std::unique_lock lock(mutex_);
  for (auto pause = interval();
       !wake_.wait_for(lock, pause, [this] { return stopping_.load(); });) {
    lock.unlock();
    const auto begun = std::chrono::steady_clock::now();
    try {
      sweep(wall_clock_ms());
    } catch (const boost::system::system_error& e) {
      spdlog::error("retention: {}", e.what());
    }
    const auto spent = std::chrono::steady_clock::now() - begun;
    pause =
        std::max(interval(), kPausePerWork * std::chrono::ceil<std::chrono::milliseconds>(spent));
    lock.lock();
  }
}

void Sweeper::sweep(chat::TimeMs now) {
  log_.visit_chats({}, [&](chat::ChatId chat) {
    sweep(chat, now);
    return !stopping_;
  });
  if (stopping_ || unreclaimed_ == 0 || unreclaimed_ * kWorthwhilePart < kept_()) return;
  if (const auto error = log_.reclaim(stopping_)) {
    spdlog::error("retention: {}", error.message());
  } else {
    unreclaimed_ = 0;
  }
}

void Sweeper::sweep(chat::ChatId chat, chat::TimeMs now) {
  for (std::uint64_t removed = kMostAtOnce; removed == kMostAtOnce && !stopping_;) {
    const Seq before = log_.first_seq(chat);
    const Seq first = first_to_keep(log_, directory_, chat, retention_, now, kMostAtOnce);
    removed = first - before;
    if (removed == 0) return;
    if (const auto error = log_.remove_below(chat, first)) {
      throw boost::system::system_error(error);
    }
    unreclaimed_ += removed;
    removed_.fetch_add(removed, std::memory_order_relaxed);
  }
}

}  // namespace throng::storage
