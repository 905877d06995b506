// Which chats a session has open, and what it is told of the people in there.

#include "server/gateway/session.hpp"
#include "server/gateway/windows.hpp"

namespace throng::gateway {

namespace {

/// Presence waits while more than this part of what may wait for a session does.
constexpr std::size_t kPresenceShare = 4;

/// Calls send(home, mail) for each home shard of `users`, with those who live there.
template <class Mail, class Send>
void send_home(const chat::Placement& placement, const std::vector<chat::UserId>& users,
               Send&& send) {
  std::vector<Mail> by_home(placement.shards());
  for (const chat::UserId user : users) by_home[placement.of(user)].users.push_back(user);
  for (chat::ShardIndex home = 0; home < by_home.size(); ++home) {
    if (!by_home[home].users.empty()) send(home, std::move(by_home[home]));
  }
}

}  // namespace

void Session::open_window(chat::ChatId chat) {
  if (is_refused({cluster::Work::kPresence, shard_of(chat), chat})) return;
  to_chat(chat, chat::OpenWindow{.from = self_, .user = user_, .chat = chat});
}

void Session::close_window(chat::ChatId chat) {
  if (windows_) unwatch(windows_->close(chat).unwatch);
}

void Session::on_window(chat::WindowOpened&& window) {
  if (ended_ || state_ == State::kClosing) return;
  if (!windows_) windows_ = std::make_unique<Windows>();
  Windows::Change change = windows_->open(window.chat, std::move(window.members));
  unwatch(change.unwatch);
  ask_presence(change.watch, true);
}

void Session::on_presence(const protocol::PresenceState& state) {
  if (windows_) windows_->note(state);
}

void Session::tell_presence() {
  if (!windows_ || !windows_->has_waiting()) return;
  if (waiting_bytes() > services_.limits.outbound_bytes / kPresenceShare) {
    services_.metrics.add(metrics::Metric::kPresenceHeld);
    return;
  }
  windows_->tell_waiting([this](const protocol::PresenceState& state) { add(state); });
}

void Session::ask_presence(const std::vector<chat::UserId>& users, bool watch) {
  send_home<cluster::AskPresence>(services_.placement, users,
                                  [&](chat::ShardIndex home, cluster::AskPresence mail) {
                                    if (!watch && is_shed({cluster::Work::kPresence, home})) return;
                                    mail.from = self_;
                                    mail.watch = watch;
                                    services_.office.send(home, std::move(mail));
                                  });
}

void Session::unwatch(const std::vector<chat::UserId>& users) {
  send_home<cluster::Unwatch>(services_.placement, users,
                              [&](chat::ShardIndex home, cluster::Unwatch mail) {
                                mail.from = self_;
                                services_.office.send(home, std::move(mail));
                              });
}

}  // namespace throng::gateway
