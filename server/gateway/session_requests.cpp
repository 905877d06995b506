#include "server/gateway/session.hpp"

namespace throng::gateway {

using protocol::Error;

namespace {

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
    return fail(why.code, why.detail, why.chat, why.cmid, why.ref);
  }
  std::visit([this](const auto& e) { on(e); }, *event);
}

bool Session::is_refused(chat::ChatId chat, std::string_view cmid, std::string_view ref) {
  if (!services_.office.congested(services_.placement.of(chat))) return false;
  services_.metrics.add(metrics::Metric::kRefusedOverloaded);
  fail(Error::kOverloaded, {}, chat, cmid, ref);
  return true;
}

void Session::on(const protocol::Hello&) { fail(Error::kHelloTwice, {}); }

void Session::on(const protocol::Send& event) {
  services_.metrics.add(metrics::Metric::kClientEventsSend);
  was_active();
  if (is_refused(event.chat, event.cmid)) return;
  to_chat(event.chat, chat::PostMessage{.from = self_,
                                        .user = user_,
                                        .chat = event.chat,
                                        .cmid = std::string(event.cmid),
                                        .body = std::string(event.body),
                                        .extras = extras_of(event)});
}

void Session::on(const protocol::Delivered& event) {
  services_.metrics.add(metrics::Metric::kClientEventsDelivered);
  if (is_refused(event.chat)) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = event.seq, .read = 0});
}

void Session::on(const protocol::Read& event) {
  services_.metrics.add(metrics::Metric::kClientEventsRead);
  was_active();
  if (is_refused(event.chat)) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = 0, .read = event.seq});
}

void Session::on(const protocol::Fetch& event) {
  services_.metrics.add(metrics::Metric::kClientEventsFetch);
  if (is_refused(event.chat, {}, event.ref)) return;
  to_chat(event.chat, chat::FetchHistory{.from = self_,
                                         .user = user_,
                                         .operates = false,
                                         .chat = event.chat,
                                         .pagination_token = std::string(event.pagination_token),
                                         .limit = event.limit,
                                         .ref = std::string(event.ref)});
}

void Session::on(const protocol::Activity& event) {
  services_.metrics.add(metrics::Metric::kClientEventsActivity);
  using Kind = protocol::ActivityKind;
  if (event.kind != Kind::kConnected) was_active();
  if (event.chat && event.kind == Kind::kOpened) open_window(event.chat);
  if (event.chat && event.kind == Kind::kClosed) close_window(event.chat);
}

void Session::on(const protocol::PresenceQuery& event) {
  services_.metrics.add(metrics::Metric::kClientEventsPresence);
  ask_presence(event.users, false);
}

void Session::on(const protocol::TypingIn& event) {
  services_.metrics.add(metrics::Metric::kClientEventsTyping);
  was_active();
  if (services_.office.congested(services_.placement.of(event.chat))) return;  // a hint
  to_chat(event.chat, chat::ShowTyping{.from = self_, .user = user_, .chat = event.chat});
}

void Session::on(const protocol::Ping&) {
  services_.metrics.add(metrics::Metric::kClientEventsPing);
  add(protocol::Pong{.time = services_.wall_ms});
}

void Session::on(const protocol::Leave&) {
  services_.metrics.add(metrics::Metric::kClientEventsLeave);
  if (state_ != State::kClosing) begin_closing(kNormalClosure, {});
}

void Session::was_active() {
  services_.presence.active(user_, services_.wall_ms, services_.rules.batch());
}

void Session::to_chat(chat::ChatId chat, chat::Command command) {
  services_.office.send(services_.placement.of(chat), std::move(command));
}

}  // namespace throng::gateway
