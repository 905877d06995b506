#include "server/gateway/session_mail.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "protocol/codec.hpp"
#include "server/gateway/session.hpp"

namespace throng::gateway {

using metrics::Metric;

namespace {

/// From so many listeners on, a shard with much to do lets events of a chat gather: almost all of
/// what they cost is a write for each listener, and one does for all that gathered.
constexpr std::size_t kManyListeners = 100;
/// A message waits no longer than that, however long receipts do.
constexpr std::chrono::milliseconds kLongestWait{100};

bool is_for(const Session& session, const chat::Deliver& effect) {
  return session.ref() != effect.except_client && session.user() != effect.except_user;
}

}  // namespace

void carry_out(SessionServices& services, chat::Deliver& effect) {
  std::size_t sessions = 0;
  const std::span<const cluster::Slot> listeners = services.registry.live_in(effect.chat);
  const bool may_wait = services.busy && listeners.size() >= kManyListeners &&
                        services.limits.receipt_delay <= kLongestWait;
  for (const cluster::Slot slot : listeners) {
    Session* session = services.sessions.find(slot);
    if (!is_for(*session, effect)) continue;
    may_wait ? session->add_events_for_later(*effect.events) : session->add_events(*effect.events);
    ++sessions;
  }
  services.metrics.add(Metric::kDeliveries, sessions);
  services.metrics.add(metrics::server_event(*effect.events), sessions);
}

std::size_t count_receivers(SessionServices& services, const chat::Deliver& effect) {
  return static_cast<std::size_t>(
      std::ranges::count_if(services.registry.live_in(effect.chat), [&](const cluster::Slot slot) {
        return is_for(*services.sessions.find(slot), effect);
      }));
}

void carry_out(SessionServices& services, chat::Answer& effect) {
  auto* session = services.sessions.find(effect.to.slot, effect.to.generation);
  if (!session) return;
  services.metrics.add(metrics::server_event(effect.json));
  session->on_answer(std::move(effect));
}

void carry_out(SessionServices& services, chat::Page& effect) {
  auto* session = services.sessions.find(effect.to.slot, effect.to.generation);
  if (session) session->on_page(std::move(effect));
}

void carry_out(SessionServices& services, chat::Notice& effect) {
  for (const cluster::Slot slot : services.registry.sessions_of(effect.user)) {
    services.sessions.find(slot)->add_events_for_later(*effect.events);
    services.metrics.add(Metric::kReceipts);
    services.metrics.add(Metric::kServerEventsReceipt);
  }
}

void carry_out(SessionServices& services, chat::MembershipChanged& effect) {
  for (const cluster::Slot slot : services.registry.sessions_of(effect.user)) {
    services.sessions.find(slot)->on_membership(effect);
  }
}

void carry_out(SessionServices& services, chat::WindowOpened& effect) {
  auto* session = services.sessions.find(effect.to.slot, effect.to.generation);
  if (session) session->on_window(std::move(effect));
}

void answer_presence(SessionServices& services, const cluster::AskPresence& mail,
                     chat::Answer& answer) {
  for (const chat::UserId user : mail.users) {
    const protocol::PresenceState state = services.presence.state(user);
    if (mail.watch) services.presence.watch(user, mail.from);
    if (!answer.json.empty()) answer.json.push_back('\n');
    protocol::encode(answer.json, state);
  }
}

void unwatch(SessionServices& services, const cluster::Unwatch& mail) {
  for (const chat::UserId user : mail.users) services.presence.unwatch(user, mail.from);
}

void tell_presence(SessionServices& services, const cluster::PresenceChanged& mail) {
  for (const auto& [to, state] : mail.changes) {
    if (auto* session = services.sessions.find(to.slot, to.generation)) session->on_presence(state);
  }
}

void settle(SessionServices& services, std::unique_ptr<chat::Batch> batch, bool ok) {
  if (ok) {
    services.presence.committed(batch->last_seen);
  } else {
    services.presence.failed();
  }
  services.rules.committed(std::move(batch), ok);
}

}  // namespace throng::gateway
