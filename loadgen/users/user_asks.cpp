#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "loadgen/users/user.hpp"
#include "loadgen/users/user_ask.hpp"

// What a user asks the server and waits for: pages of history, presence.
namespace throng::users {

using measure::Operation;
using pacing::TimePoint;

void User::fetch(UserWorld& world, ChatIndex chat, std::string_view pagination_token,
                 std::uint32_t limit, TimePoint due, TimePoint now) {
  begin_ask(world, {.operation = Operation::kFetch, .due = due, .began = now}, now);
  if (!online()) return fail_ask(world, "offline", now);
  if (!slot_of(world.graph, chat)) return fail_ask(world, "not_a_member", now);
  ask_->number = ++draws_;
  const fmt::format_int ref(ask_->number);
  say(world,
      protocol::Fetch{.chat = world.graph.chat_id(chat),
                      .pagination_token = pagination_token,
                      .limit = std::clamp<std::uint32_t>(limit, 1, protocol::kMaxFetchLimit),
                      .ref = {ref.data(), ref.size()}},
      now);
  rearm(world);
}

void User::presence(UserWorld& world, std::span<const std::uint64_t> user_numbers, TimePoint due,
                    TimePoint now) {
  begin_ask(world, {.operation = Operation::kPresence, .due = due, .began = now}, now);
  if (!online()) return fail_ask(world, "offline", now);
  protocol::PresenceQuery query;
  for (const std::uint64_t number : user_numbers) {
    if (number < 1 || number > world.graph.users()) continue;
    query.users.push_back(world.graph.user_id(static_cast<UserNumber>(number)));
  }
  std::ranges::sort(query.users);
  query.users.erase(std::unique(query.users.begin(), query.users.end()), query.users.end());
  if (query.users.size() > protocol::kMaxPresenceUsers) {
    query.users.resize(protocol::kMaxPresenceUsers);
  }
  if (query.users.empty()) return fail_ask(world, "bad_field", now);
  say(world, query, now);
  ask_->asked = static_cast<std::uint32_t>(query.users.size());
  ask_->unanswered = std::move(query.users);
  rearm(world);
}

void User::begin_ask(UserWorld& world, Ask ask, TimePoint now) {
  world.recorder.started(ask.operation, now);
  ask_ = std::make_unique<Ask>(std::move(ask));
}

void User::on_history(UserWorld& world, const protocol::History& event, TimePoint now) {
  if (!is_answer(event.ref)) return;
  const auto ask = std::move(ask_);
  world.recorder.completed(Operation::kFetch, ask->due, now, now - ask->began);
  world.listener.fetch_done(local_, {.error = {},
                                     .messages = static_cast<std::uint32_t>(event.messages.size()),
                                     .next = std::string(event.next)});
}

void User::on_presence(UserWorld& world, const protocol::PresenceState& event, TimePoint now) {
  if (!ask_ || ask_->operation != Operation::kPresence) return;
  if (std::erase(ask_->unanswered, event.user) == 0) return;
  if (event.online) ++ask_->online;
  if (!ask_->unanswered.empty()) return;
  const auto ask = std::move(ask_);
  world.recorder.completed(Operation::kPresence, ask->due, now, now - ask->began);
  world.listener.presence_done(local_, {.error = {}, .online = ask->online, .asked = ask->asked});
}

// Errors name a fetch by its ref; those of presence name nothing at all.
bool User::refuse_ask(UserWorld& world, const protocol::Failure& event, TimePoint now) {
  const bool presence =
      ask_ && ask_->operation == Operation::kPresence && event.ref.empty() && !event.chat;
  if (!presence && !is_answer(event.ref)) return false;
  fail_ask(world, protocol::error_name(event.code), now);
  return true;
}

bool User::is_answer(std::string_view ref) const {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(ref.data(), ref.data() + ref.size(), number);
  return ask_ && ask_->operation == Operation::kFetch && error == std::errc{} &&
         end == ref.data() + ref.size() && number == ask_->number;
}

void User::fail_ask(UserWorld& world, std::string_view error, TimePoint now) {
  if (!ask_) return;
  const auto ask = std::move(ask_);
  world.recorder.failed(ask->operation, error, ask->due, now);
  if (ask->operation == Operation::kFetch) {
    world.listener.fetch_done(local_, {.error = error, .messages = 0, .next = {}});
  } else {
    world.listener.presence_done(local_, {.error = error, .online = 0, .asked = ask->asked});
  }
}

}  // namespace throng::users
