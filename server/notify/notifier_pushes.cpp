// The life of a push, from its plan to its end.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <limits>

#include "server/notify/notifier.hpp"

namespace throng::notify {
namespace {

/// What one tick does at most, so that answers get their turn.
constexpr std::size_t kPushesPerTick = 1'000;

/// Edits, deletions and reactions aren't worth a push, nor is what was deleted.
bool is_news(const chat::StoredView& message) {
  return message.kind == protocol::MessageKind::kText && !message.deleted;
}

}  // namespace

void Notifier::plan(Entry& entry, TimeMs due) {
  if (entry.state == State::kPlanned) due_.erase({entry.push.due, entry.push.id});
  entry.state = State::kPlanned;
  entry.push.due = due;
  due_.emplace(due, entry.push.id);
  store_.put(entry.push);
}

void Notifier::tick(TimeMs now) {
  // While the store can't be written nothing is begun that it would have to know.
  if (now < resume_at_ || !commit(now)) return;
  consider_due_chats(now);
  look_at_due_pushes(now);
  for (const Channel channel : kAllChannels) send_ready(channel, now);
  commit(now);
}

bool Notifier::commit(TimeMs now) {
  const auto error = store_.commit(false);
  if (error) resume_at_ = now + kRetryMs;
  return !error;
}

TimeMs Notifier::next_tick() const {
  TimeMs next = std::numeric_limits<TimeMs>::max();
  if (!due_chats_.empty()) next = due_chats_.front().due;
  if (!due_.empty()) next = std::min(next, due_.begin()->first);
  return std::max(next, resume_at_);
}

void Notifier::look_at_due_pushes(TimeMs now) {
  std::vector<UserId> users;
  for (std::size_t i = 0; i < kPushesPerTick && !due_.empty(); ++i) {
    const auto [due, id] = *due_.begin();
    if (due > now) break;
    Entry& entry = pushes_.at(id);
    try {
      if (!look_at(entry, now)) continue;
    } catch (const boost::system::system_error& e) {
      spdlog::error("pushes: {}", e.what());
      plan(entry, now + kRetryMs);
      continue;
    }
    due_.erase(due_.begin());
    if (entry.push.priority == Priority::kMessage) {
      entry.state = State::kAsking;
      auto& asking = asking_[entry.push.user];
      if (asking.empty()) users.push_back(entry.push.user);
      asking.push_back(id);
    } else {
      entry.state = State::kReady;
      ready_[index_of(entry.push.channel)].add(entry.push.priority, id);
    }
  }
  if (!users.empty()) outside_.ask_away(std::move(users));
}

bool Notifier::look_at(Entry& entry, TimeMs now) {
  Push& push = entry.push;
  if (push.expires > 0 && now >= push.expires) {
    ++counts_.expired;
    give_up(entry, Fate::kExpired, {}, now);
    return false;
  }
  const Preferences wanted = preferences(push.user);
  if (!settings_.channels[index_of(push.channel)] || !wanted.wants(push.channel, push.priority) ||
      wanted.is_muted(push.chat) || (push.is_quiet() && push.through <= push.told)) {
    forget(entry);
    return false;
  }
  if (push.is_quiet()) {
    push.after = push.told;
    push.told = 0;
  }
  if (push.chat && delivered_to(push) >= push.through) {
    ++counts_.taken;
    forget(entry);
    return false;
  }
  if (push.priority != Priority::kOneTimeCode && wanted.quiet_hours) {
    if (const TimeMs end = wanted.quiet_hours->end(now); end > now) {
      plan(entry, end);
      return false;
    }
  }
  return true;
}

void Notifier::on_away(const std::vector<UserId>& asked, const std::vector<UserId>& away,
                       TimeMs now) {
  for (const UserId user : asked) {
    const bool is_away = std::ranges::find(away, user) != away.end();
    const auto at = asking_.find(user);
    if (at == asking_.end()) continue;
    for (const std::uint64_t id : at->second) {
      Entry& entry = pushes_.at(id);
      if (is_away) {
        entry.state = State::kReady;
        ready_[index_of(entry.push.channel)].add(entry.push.priority, id);
      } else {
        plan(entry, now + settings_.look_again);
      }
    }
    asking_.erase(at);
  }
}

void Notifier::send_ready(Channel channel, TimeMs now) {
  while (in_flight_[index_of(channel)] < settings_.in_flight) {
    const auto id = ready_[index_of(channel)].take();
    if (!id) return;
    Entry& entry = pushes_.at(*id);
    try {
      send(entry, now);
    } catch (const boost::system::system_error& e) {
      spdlog::error("pushes: {}", e.what());
      plan(entry, now + kRetryMs);
    }
  }
}

void Notifier::send(Entry& entry, TimeMs now) {
  const Push& push = entry.push;
  const std::uint32_t messages = push.chat ? missed_by(push) : 0;
  if (push.chat && messages == 0) {
    ++counts_.taken;
    return forget(entry);
  }
  if (!is_within_limits(entry, now)) return;
  outside_.send(push, preferences(push.user), messages);
  entry.state = State::kInFlight;
  entry.sending = push.through;
  ++in_flight_[index_of(push.channel)];
}

bool Notifier::is_within_limits(Entry& entry, TimeMs now) {
  const Push& push = entry.push;
  if (push.attempts > 0) return true;
  const bool is_code = push.priority == Priority::kOneTimeCode;
  const TimeMs when = (is_code ? code_limit_ : user_limit_).take(push.user, now);
  if (when <= now) return true;
  ++counts_.rate_limited;
  if (push.priority == Priority::kMessage) {
    plan(entry, when);  // and takes in what comes until then
  } else {
    give_up(entry, Fate::kRateLimited, {}, now);
  }
  return false;
}

Seq Notifier::delivered_to(const Push& push) const {
  return log_.cursor(push.chat, push.user).delivered;
}

std::uint32_t Notifier::missed_by(const Push& push) const {
  std::uint32_t missed = 0;
  const chat::PageLimit all{.messages = std::numeric_limits<std::size_t>::max(),
                            .bytes = std::numeric_limits<std::size_t>::max()};
  log_.read_forward(push.chat, std::max(delivered_to(push), push.after), push.through, all,
                    [&](const chat::StoredView& m) {
                      if (m.from != push.user && is_news(m)) ++missed;
                      return missed < kMostMessages;
                    });
  return missed;
}

void Notifier::on_outcome(std::uint64_t id, Outcome outcome, std::string reason, TimeMs now) {
  Entry& entry = pushes_.at(id);
  Push& push = entry.push;
  const std::size_t channel = index_of(push.channel);
  --in_flight_[channel];
  ++push.attempts;
  if (outcome == Outcome::kDelivered) {
    ++counts_.sent[channel];
    record(push, Fate::kSent, {}, now);
    if (!push.chat) return forget(entry);
    Push next = push;  // what it tells of is another push, so it gets another id
    next.told = entry.sending;
    next.attempts = 0;
    next.due = now + settings_.quiet;
    forget(entry);
    add(std::move(next));
    return;
  }
  ++counts_.failures[channel];
  if (outcome == Outcome::kRefused || push.attempts >= settings_.attempts) {
    ++counts_.dead[channel];
    return give_up(entry, Fate::kDead, std::move(reason), now);
  }
  plan(entry, now + settings_.backoff.wait(id, push.attempts));
}

void Notifier::give_up(Entry& entry, Fate fate, std::string reason, TimeMs now) {
  record(entry.push, fate, std::move(reason), now);
  forget(entry);
}

void Notifier::record(const Push& push, Fate fate, std::string reason, TimeMs now) {
  store_.add({.push = push.id,
              .user = push.user,
              .channel = push.channel,
              .priority = push.priority,
              .fate = fate,
              .chat = push.chat,
              .through = push.through,
              .time = now,
              .attempts = push.attempts,
              .reason = std::move(reason)});
}

void Notifier::forget(Entry& entry) {
  const Push& push = entry.push;
  if (entry.state == State::kPlanned) due_.erase({push.due, push.id});
  if (push.chat) by_chat_.erase(key_of(push));
  store_.remove(push.id);
  --counts_.waiting;
  pushes_.erase(push.id);
}

}  // namespace throng::notify
