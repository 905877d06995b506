#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "loadgen/users/user.hpp"

namespace throng::users {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A transport that keeps what it is told.
class HeldTransport final : public transport::Transport {
 public:
  void open(transport::LinkId) override { ++opens; }
  void send(transport::LinkId, std::string_view json) override { sent.emplace_back(json); }
  void close(transport::LinkId) override { ++closes; }
  void drop(transport::LinkId) override { ++drops; }
  void freeze(transport::LinkId, bool) override {}

  int opens = 0;
  int closes = 0;
  int drops = 0;
  std::vector<std::string> sent;
};

/// User 1 of a town of three, alone with a server that a test plays by hand, in virtual time. Each
/// two are friends, and there is a group of all three. The server calls chat i 101 + i and user n
/// 10 + n.
class DeviceTest : public ::testing::Test, protected UserListener {
 protected:
  DeviceTest()
      : graph_({pacing::Distribution::constant(2)}, {1, pacing::Distribution::constant(3)}, 3, 1),
        world_{.graph = graph_,
               .settings = settings_,
               .stamp_key = measure::StampKey(9),
               .mint_token =
                   [](protocol::UserId user) { return "token of " + std::to_string(user.value); },
               .board = board_,
               .transport = transport_,
               .recorder = recorder_,
               .ledger = ledger_,
               .wheel = wheel_,
               .listener = *this},
        user_(1, 0, graph_) {
    EXPECT_EQ(graph_.chats(), 4u);
    graph_.bind({11}, {{101}, {102}, {103}, {104}});
    settings_.reading.chance = 0;
    for (const UserNumber other : {2, 3}) board_.set_online(other, kStart);
    for (ChatIndex chat = 0; chat < graph_.chats(); ++chat) {
      const auto members = graph_.members_of(chat);
      if (members.size() == 2 && members[0] == 1 && members[1] == 2) with_2_ = chat;
      if (members.size() == 3) group_ = chat;
    }
  }
  ~DeviceTest() override { user_.finish(world_, now_); }

  // ---- The server's part ----

  template <class Event>
  void say(const Event& event) {
    std::string json;
    protocol::encode(json, event);
    say_text(json);
  }
  void say_text(const std::string& text) { user_.on_text(world_, padder_.padded(text), now_); }
  void open() { user_.on_open(world_, now_); }
  void close(transport::CloseReason reason = transport::CloseReason::kByPeer) {
    user_.on_closed(world_, reason, 0, now_);
  }
  void welcome() { say(protocol::Welcome{{11}, 0, 30, 3}); }
  void catch_up() { say(protocol::CaughtUp{0, {}}); }
  /// From login to caught_up, without a message.
  void bring_online() {
    user_.login(world_, now_, now_);
    open();
    welcome();
    catch_up();
    transport_.sent.clear();
  }
  /// Its connection breaks, and the next one is welcomed.
  void come_back(const protocol::Welcome& told) {
    close();
    const int before = transport_.opens;
    while (transport_.opens == before) pass(milliseconds(100));
    open();
    say(told);
  }
  /// What `from` sent as the `k`th message, due when it says, as it reaches user 1.
  void deliver(UserNumber from, ChatIndex chat, std::uint32_t k, protocol::Seq seq,
               pacing::TimePoint due) {
    say(protocol::Message{.chat = graph_.chat_id(chat),
                          .seq = seq,
                          .from = graph_.user_id(from),
                          .cmid = "cmid",
                          .time = 0,
                          .body = body(from, chat, k, due)});
  }
  std::string_view body(UserNumber from, ChatIndex chat, std::uint32_t k, pacing::TimePoint due) {
    body_.assign(measure::kStampBytes, ' ');
    body_ += "hi";
    measure::write_stamp(world_.stamp_key, {chat, from, k}, due, body_);
    return body_;
  }
  void sent(const protocol::Send& send, protocol::Seq seq) {
    say(protocol::Sent{send.chat, send.cmid, seq, 0});
  }

  // ---- What the user said ----

  /// Takes the events of one type out of what was said.
  template <class Event>
  std::vector<Event> take() {
    std::vector<Event> found;
    std::erase_if(transport_.sent, [&](const std::string& json) {
      const auto event = reader_.client_event(reader_.padded(json));
      EXPECT_TRUE(event) << json;
      const bool match = event && std::holds_alternative<Event>(*event);
      if (match) found.push_back(keep(std::get<Event>(*event)));
      return match;
    });
    return found;
  }

  // ---- Time ----

  void pass(pacing::Duration time) {
    const auto end = now_ + time;
    while (const auto due = wheel_.next_due()) {
      if (*due > end) break;
      now_ = std::max(now_, *due);
      wheel_.advance(
          now_, [&](pacing::TimerNode& node) { static_cast<User&>(node).on_timer(world_, now_); });
    }
    now_ = end;
    wheel_.advance(
        now_, [&](pacing::TimerNode& node) { static_cast<User&>(node).on_timer(world_, now_); });
  }

  measure::OperationTally tally(measure::Operation operation) const {
    return recorder_.totals().of(operation);
  }
  std::uint64_t errors(measure::Operation operation, const std::string& kind) const {
    const auto& all = tally(operation).errors;
    const auto found = all.find(kind);
    return found == all.end() ? 0 : found->second;
  }
  measure::LedgerReport report() {
    const measure::LedgerShard* const shard = &ledger_;
    return measure::reconcile(std::span(&shard, 1));
  }

  /// Broken promises, but for messages that the others, who aren't played, never get.
  std::uint64_t violations() {
    const auto all = report();
    return all.duplicated + all.reordered + all.misdelivered + all.corrupted + all.phantom +
           all.cursor_violations;
  }

  // ---- UserListener ----

  void login_done(LocalUser, const scenario::LoginDone& outcome) override {
    logins_.push_back(outcome);
  }
  void sends_done(LocalUser, const scenario::SendsDone& outcome) override {
    sends_.push_back(outcome);
  }
  void fetch_done(LocalUser, const scenario::FetchDone& outcome) override {
    fetches_.push_back(outcome);
  }
  void presence_done(LocalUser, const scenario::PresenceDone& outcome) override {
    presences_.push_back(outcome);
  }
  void message(LocalUser, const scenario::Message& message) override {
    messages_.push_back(std::to_string(message.chat) + " " + std::to_string(message.from_number) +
                        " " + std::to_string(message.seq) + " " + std::string(message.text));
    if (leave_on_message_) user_.logout(world_, now_);
  }

  static constexpr pacing::TimePoint kStart{seconds(100)};

  SocialGraph graph_;
  measure::LedgerShard ledger_{graph_.roster(), 1, 3};
  UserSettings settings_;
  OnlineBoard board_{1, 3};
  HeldTransport transport_;
  measure::Recorder recorder_{kStart, nullptr};
  pacing::TimingWheel wheel_{kStart};
  UserWorld world_;
  User user_;
  pacing::TimePoint now_ = kStart;
  ChatIndex with_2_ = 0;
  ChatIndex group_ = 0;
  bool leave_on_message_ = false;

  std::vector<scenario::LoginDone> logins_;
  std::vector<scenario::SendsDone> sends_;
  std::vector<scenario::FetchDone> fetches_;
  std::vector<scenario::PresenceDone> presences_;
  std::vector<std::string> messages_;

 private:
  std::string_view keep(std::string_view text) {
    kept_.push_back(std::make_unique<std::string>(text));
    return *kept_.back();
  }
  protocol::Hello keep(protocol::Hello event) {
    event.token = keep(event.token);
    return event;
  }
  protocol::Send keep(protocol::Send event) {
    event.cmid = keep(event.cmid);
    event.body = keep(event.body);
    return event;
  }
  protocol::Fetch keep(protocol::Fetch event) {
    event.ref = keep(event.ref);
    event.pagination_token = keep(event.pagination_token);
    return event;
  }
  template <class Event>
  Event keep(const Event& event) {
    return event;
  }

  protocol::Decoder padder_;
  protocol::Decoder reader_;
  std::string body_;
  std::vector<std::unique_ptr<std::string>> kept_;
};

}  // namespace throng::users
