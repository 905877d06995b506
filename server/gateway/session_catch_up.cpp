#include "server/gateway/session_catch_up.hpp"

#include <algorithm>

namespace throng::gateway {

void Session::attach_more() {
  CatchUp& c = *catch_up_;
  while (!c.unasked.empty() && c.under_way.size() < services_.limits.chats_catching_up) {
    const chat::ChatId chat = c.unasked.back();
    c.unasked.pop_back();
    if (holds_chat(chat)) continue;
    attach(chat, c.position(chat));
  }
  if (c.under_way.empty() && c.unasked.empty()) finish_catch_up();
}

void Session::attach(chat::ChatId chat, std::optional<chat::Seq> have) {
  chats_.push_back(chat);
  catch_up_->under_way.push_back({.chat = chat, .attempt = ++attempts_});
  to_chat(
      chat,
      chat::Attach{.from = self_, .user = user_, .chat = chat, .have = have, .attempt = attempts_});
}

void Session::on_page(chat::Page&& page) {
  const chat::ChatId chat = page.state.chat;
  if (ended_ || state_ == State::kClosing || !catch_up_) return;
  CatchUp& c = *catch_up_;
  const auto asked = std::ranges::find(c.under_way, page.attempt, &CatchUp::Asked::attempt);
  if (asked == c.under_way.end()) return;
  append(page.events);  // no more than was asked for, and that waits until these events are out
  c.result.messages += page.messages;
  services_.metrics.add(metrics::Metric::kServerEventsMessage, page.messages);
  if (!page.complete) {
    asked->deferred_after = page.through;
    return will_flush();
  }
  c.under_way.erase(asked);
  give_answers(chat);
  if (page.member) {
    services_.registry.go_live(chat, self_.slot);
    c.result.chats.push_back(page.state);
  } else {
    std::erase(chats_, chat);
    to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  }
  if (page.messages == 0) return attach_more();
  c.wants_more = true;
  will_flush();
}

void Session::ask_deferred_pages() {
  if (!catch_up_) return;
  for (CatchUp::Asked& asked : catch_up_->under_way) {
    if (!asked.deferred_after) continue;
    last_heard_ = services_.now;  // it took a page: it is there
    to_chat(asked.chat, chat::NextPage{.from = self_,
                                       .user = user_,
                                       .chat = asked.chat,
                                       .after = *std::exchange(asked.deferred_after, {}),
                                       .attempt = asked.attempt});
  }
  if (!std::exchange(catch_up_->wants_more, false)) return;
  last_heard_ = services_.now;
  attach_more();
}

void Session::finish_catch_up() {
  const std::unique_ptr<CatchUp> done = std::move(catch_up_);
  if (!done->logging_in) return;
  add(done->result);
  state_ = State::kLive;
  last_heard_ = services_.now;
  if (!done->early_events.empty()) {
    std::string text = std::move(done->early_events);
    const std::size_t size = text.size();
    text.resize(size + protocol::kDecodePadding);
    handle_message(std::string_view(text).substr(0, size));
  }
  if (!ended_ && state_ == State::kLive) listen(std::move(done->early_bytes));
}

bool Session::wants_room() const {
  if (!catch_up_) return false;
  return catch_up_->wants_more || std::ranges::any_of(catch_up_->under_way, [](const auto& asked) {
           return asked.deferred_after.has_value();
         });
}

void Session::on_membership(const chat::MembershipChanged& change) {
  if (ended_ || state_ == State::kClosing) return;
  if (change.member == holds_chat(change.chat)) return;
  add(protocol::Membership{.chat = change.chat, .member = change.member, .last = change.last});
  if (change.member) {
    if (!catch_up_) {
      catch_up_ = std::make_unique<CatchUp>();
      catch_up_->logging_in = false;
    }
    attach(change.chat, change.last);
  } else {
    forget_chat(change.chat);
  }
}

void Session::forget_chat(chat::ChatId chat) {
  close_window(chat);
  services_.registry.leave(chat, self_.slot);
  std::erase(chats_, chat);
  to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  if (!catch_up_) return;
  std::erase_if(catch_up_->under_way, [&](const auto& asked) { return asked.chat == chat; });
  give_answers(chat);
  attach_more();
}

void Session::give_answers(chat::ChatId chat) {
  auto& answers = catch_up_->answers;
  for (const auto& [sent_to, json] : answers) {
    if (sent_to == chat) append(json);
  }
  std::erase_if(answers, [chat](const auto& each) { return each.first == chat; });
}

bool Session::holds_chat(chat::ChatId chat) const {
  return std::ranges::find(chats_, chat) != chats_.end();
}

}  // namespace throng::gateway
