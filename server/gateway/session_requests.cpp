#include <array>

#include "server/gateway/session.hpp"
#include "server/journal/journal.hpp"

namespace throng::gateway {

using cluster::Work;
using metrics::Metric;
using protocol::Error;

namespace {

constexpr std::uint32_t kRetryWhenOverloadedMs = 1000;

Metric shed_metric(Work work) {
  switch (work) {
    case Work::kPresence:
      return Metric::kShedPresence;
    case Work::kTyping:
      return Metric::kShedTyping;
    case Work::kReceipt:
      return Metric::kShedReceipts;
    case Work::kHistory:
      return Metric::kShedHistory;
    case Work::kMessage:
      return Metric::kShedMessages;
  }
  return Metric::kShedMessages;
}

/// RFC 6455 section 7.4.1: what the connection was for is done.
constexpr std::uint16_t kNormalClosure = 1000;

/// Null for a plain text.
std::shared_ptr<const chat::MessageExtras> extras_of(const protocol::Send& event) {
  if (event.kind == protocol::MessageKind::kText && event.re == 0 && event.asset.empty()) return {};
  return std::make_shared<const chat::MessageExtras>(
      chat::MessageExtras{.kind = event.kind, .re = event.re, .asset = std::string(event.asset)});
}

}  // namespace

void Session::handle_event(std::string_view line) {
  const auto event = services_.decoder.client_event(line);
  if (event.has_error()) {
    const protocol::DecodeFailure& why = services_.decoder.failure();
    if (is_too_much({.work = Work::kTyping})) return;  // no answer to each piece of nonsense
    return fail(why.code, why.detail, why.chat, why.cmid, why.ref);
  }
  std::visit([this](const auto& e) { on(e); }, *event);
}

// ---- What is let in ----

bool Session::is_refused(const Wish& wish) { return is_too_much(wish) || is_shed(wish); }

bool Session::is_too_much(const Wish& wish) {
  const Limits& limits = services_.limits;
  auto wait = budget_.events.take(limits.user_events, services_.now);
  if (wait.count() == 0 && wish.work == Work::kMessage) {
    wait = budget_.sends.take(limits.user_sends, services_.now);
  }
  if (wait.count() == 0) return false;
  services_.metrics.add(Metric::kRefusedUserRate);
  if (wish.work != Work::kTyping) {
    fail(Error::kRateLimited, {}, wish.chat, wish.cmid, wish.ref, retry_ms(wait));
  }
  return true;
}

bool Session::is_shed(const Wish& wish) {
  if (!cluster::sheds(services_.office.load(wish.shard), wish.work)) return false;
  services_.metrics.add(shed_metric(wish.work));
  if (wish.work == Work::kTyping) return true;
  services_.metrics.add(Metric::kRefusedOverloaded);
  fail(Error::kOverloaded, {}, wish.chat, wish.cmid, wish.ref, kRetryWhenOverloadedMs);
  return true;
}

// ---- What is asked for ----

void Session::on(const protocol::Hello&) { fail(Error::kHelloTwice, {}); }

void Session::on(const protocol::Send& event) {
  services_.metrics.add(Metric::kClientEventsSend);
  was_active();
  if (is_refused({Work::kMessage, shard_of(event.chat), event.chat, event.cmid})) return;
  to_chat(event.chat, chat::PostMessage{.from = self_,
                                        .user = user_,
                                        .chat = event.chat,
                                        .cmid = std::string(event.cmid),
                                        .body = std::string(event.body),
                                        .extras = extras_of(event)});
}

void Session::on(const protocol::Delivered& event) {
  services_.metrics.add(Metric::kClientEventsDelivered);
  if (is_refused({Work::kReceipt, shard_of(event.chat), event.chat})) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = event.seq, .read = 0});
}

void Session::on(const protocol::Read& event) {
  services_.metrics.add(Metric::kClientEventsRead);
  was_active();
  if (is_refused({Work::kReceipt, shard_of(event.chat), event.chat})) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = 0, .read = event.seq});
}

void Session::on(const protocol::Fetch& event) {
  services_.metrics.add(Metric::kClientEventsFetch);
  if (is_refused({Work::kHistory, shard_of(event.chat), event.chat, {}, event.ref})) return;
  to_chat(event.chat, chat::FetchHistory{.from = self_,
                                         .user = user_,
                                         .operates = false,
                                         .chat = event.chat,
                                         .pagination_token = std::string(event.pagination_token),
                                         .limit = event.limit,
                                         .ref = std::string(event.ref)});
}

void Session::on(const protocol::Activity& event) {
  services_.metrics.add(Metric::kClientEventsActivity);
  if (is_too_much({.work = Work::kTyping})) return;
  using Kind = protocol::ActivityKind;
  note("activity", event.chat, protocol::kActivityNames[static_cast<std::size_t>(event.kind)]);
  if (event.kind != Kind::kConnected) was_active();
  if (event.chat && event.kind == Kind::kOpened) open_window(event.chat);
  if (event.chat && event.kind == Kind::kClosed) close_window(event.chat);
}

void Session::on(const protocol::PresenceQuery& event) {
  services_.metrics.add(Metric::kClientEventsPresence);
  if (is_too_much({.work = Work::kPresence})) return;
  ask_presence(event.users, false);
}

void Session::on(const protocol::TypingIn& event) {
  services_.metrics.add(Metric::kClientEventsTyping);
  was_active();
  if (is_refused({Work::kTyping, shard_of(event.chat), event.chat})) return;
  note("typing", event.chat);
  to_chat(event.chat, chat::ShowTyping{.from = self_, .user = user_, .chat = event.chat});
}

void Session::on(const protocol::Ping&) {
  services_.metrics.add(Metric::kClientEventsPing);
  if (is_too_much({.work = Work::kTyping})) return;
  add(protocol::Pong{.time = services_.wall_ms});
}

void Session::on(const protocol::Leave&) {
  services_.metrics.add(Metric::kClientEventsLeave);
  if (state_ != State::kClosing) begin_closing(kNormalClosure, {});
}

void Session::was_active() {
  services_.presence.active(user_, services_.wall_ms, services_.rules.batch());
}

void Session::note(std::string_view event, chat::ChatId chat, std::string_view kind) {
  journal::Journal* const journal = services_.journal;
  if (!journal) return;
  journal->add({.event = event, .user = user_, .chat = chat, .kind = kind}, services_.wall_ms);
}

void Session::to_chat(chat::ChatId chat, chat::Command command) {
  services_.office.send(shard_of(chat), std::move(command));
}

}  // namespace throng::gateway
