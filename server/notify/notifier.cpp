#include "server/notify/notifier.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>

namespace throng::notify {

using protocol::Error;

namespace {

/// What one tick does at most, so that answers get their turn.
constexpr std::size_t kChatsPerTick = 100;
/// Ids begin with the time, so that no two processes give the same.
constexpr std::uint64_t kIdsPerMs = 1'000;

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
