#include "server/notify/notifier.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <limits>

namespace throng::notify {

using protocol::Error;

namespace {

/// What one tick does at most, so that answers get their turn.
constexpr std::size_t kChatsPerTick = 100;
constexpr std::size_t kPushesPerTick = 1'000;
/// After storage failed.
constexpr TimeMs kRetryMs = 5'000;
/// Ids begin with the time, so that no two processes give the same.
constexpr std::uint64_t kIdsPerMs = 1'000;

/// Edits, deletions and reactions aren't worth a push, nor is what was deleted.
bool is_news(const chat::StoredView& message) {
  return message.kind == protocol::MessageKind::kText && !message.deleted;
}

}  // namespace

Notifier::Notifier(const NotifierSettings& settings, PushStore& store, const chat::MessageLog& log,
                   const chat::Directory& directory, Outside& outside)
    : settings_(settings),
      store_(store),
      log_(log),
      directory_(directory),
      outside_(outside),
      user_limit_(settings.user_per_hour),
      code_limit_(settings.codes_per_hour),
      client_limit_(settings.client_per_hour) {}

void Notifier::start(TimeMs now) {
  next_id_ = static_cast<std::uint64_t>(now) * kIdsPerMs;
  for (Push& push : store_.pushes()) {
    next_id_ = std::max(next_id_, push.id + 1);
    if (push.chat) by_chat_.emplace(key_of(push), push.id);
    Entry& entry = pushes_.emplace(push.id, Entry{.push = std::move(push)}).first->second;
    due_.emplace(entry.push.due, entry.push.id);
  }
  counts_.waiting = pushes_.size();
  for (const Mark& mark : store_.marks()) on_message(mark.chat, mark.seq, now);
}

void Notifier::on_message(ChatId chat, Seq seq, TimeMs now) {
  if (const auto at = marks_.find(chat); at != marks_.end()) {
    at->second = std::max(at->second, seq);
  } else if (marks_.size() < settings_.chats) {
    marks_.emplace(chat, seq);
    due_chats_.push_back({.due = now + settings_.grace, .chat = chat});
  } else {
    ++counts_.queue_full;  // its mark stays, so that the next start looks at it
  }
}

// ---- Whom a message concerns ----

void Notifier::consider_due_chats(TimeMs now) {
  for (std::size_t i = 0; i < kChatsPerTick && !due_chats_.empty(); ++i) {
    const DueChat next = due_chats_.front();
    if (next.due > now) return;
    due_chats_.pop_front();
    const Seq seq = marks_.at(next.chat);
    try {
      consider(next.chat, seq, now);
      marks_.erase(next.chat);
    } catch (const boost::system::system_error& e) {
      spdlog::error("pushes: {}", e.what());
      due_chats_.push_back({.due = now + kRetryMs, .chat = next.chat});
    }
  }
}

void Notifier::consider(ChatId chat, Seq seq, TimeMs now) {
  // The newest message is news to all but its sender, to whom the newest of somebody else is.
  UserId sender;
  Seq of_others = 0;
  const chat::PageLimit few{.messages = kMostMessages, .bytes = std::size_t{1} << 20};
  log_.read_backward(chat, seq + 1, 0, few, [&](const chat::StoredView& m) {
    if (!sender) sender = m.from;
    if (m.from != sender) of_others = m.seq;
    return of_others == 0;
  });
  std::map<UserId, Seq> delivered;
  for (const chat::CursorRecord& c : log_.cursors(chat)) delivered[c.user] = c.delivered;
  for (const chat::MemberRecord& member : directory_.members(chat)) {
    const Seq through = member.user == sender ? of_others : seq;
    const Seq has = std::max(delivered[member.user], member.joined_after);
    if (member.present && has < through) tell(member.user, chat, has, through, now);
  }
  store_.remove_marks(chat, seq);
}

void Notifier::tell(UserId user, ChatId chat, Seq after, Seq through, TimeMs now) {
  const Preferences wanted = preferences(user);
  if (wanted.is_muted(chat)) return;
  Push wish{.user = user, .priority = Priority::kMessage, .chat = chat};
  wish.after = after;
  wish.through = through;
  for (const Channel channel : kAllChannels) {
    if (!settings_.channels[index_of(channel)] || !wanted.wants(channel, wish.priority)) continue;
    wish.channel = channel;
    tell(wish, now);
  }
}

void Notifier::tell(const Push& wish, TimeMs now) {
  const auto at = by_chat_.find(key_of(wish));
  if (at == by_chat_.end()) {
    Push push = wish;
    push.due = now;
    add(std::move(push));
    return;
  }
  Entry& entry = pushes_.at(at->second);
  entry.push.through = std::max(entry.push.through, wish.through);
  ++counts_.collapsed;
  // Who was back since the last push, and is away again, is told at once.
  if (entry.push.is_quiet() && wish.after >= entry.push.told) {
    entry.push.after = wish.after;
    entry.push.told = 0;
    plan(entry, now);
  } else {
    store_.put(entry.push);
  }
}

bool Notifier::add(Push push) {
  if (pushes_.size() >= settings_.pushes) {
    ++counts_.queue_full;
    return false;
  }
  push.id = next_id_++;
  if (push.chat) by_chat_.emplace(key_of(push), push.id);
  const TimeMs due = push.due;
  plan(pushes_.emplace(push.id, Entry{.push = std::move(push)}).first->second, due);
  ++counts_.waiting;
  return true;
}

// ---- The life of a push ----

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
    push.told = entry.sending;
    push.attempts = 0;
    return plan(entry, now + settings_.quiet);
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

// ---- What callers of the API ask for ----

boost::system::result<std::size_t, Error> Notifier::announce(const Announcement& wish, TimeMs now) {
  const auto users = static_cast<std::uint32_t>(wish.users.size());
  if (pushes_.size() + kChannels * users > settings_.pushes) return Error::kOverloaded;
  if (client_limit_.take(wish.client, now, users) > now) return Error::kOverloaded;
  Push push{.priority = wish.priority};
  push.title = wish.title;
  push.text = wish.text;
  push.due = now;
  push.expires = now + wish.life;
  std::size_t added = 0;
  for (const UserId user : wish.users) {
    const Preferences wanted = preferences(user);
    push.user = user;
    for (const Channel channel : kAllChannels) {
      if (!settings_.channels[index_of(channel)] || !wanted.wants(channel, push.priority)) continue;
      push.channel = channel;
      if (add(push)) ++added;
    }
  }
  if (store_.commit(true)) return Error::kUnavailable;
  return added;
}

Preferences Notifier::preferences(UserId user) const {
  const auto json = store_.preferences(user);
  if (!json) return {};
  std::string mistake;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(*json, error);
  if (error || !value.is_object()) return {};
  return read_preferences(value.as_object(), mistake).value_or(Preferences{});
}

boost::system::error_code Notifier::set_preferences(UserId user, const Preferences& wanted) {
  store_.put_preferences(user, write_preferences(wanted));
  return store_.commit(true);
}

}  // namespace throng::notify
