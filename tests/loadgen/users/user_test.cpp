#include "loadgen/users/user.hpp"

#include "loadgen/users/cmid.hpp"
#include "tests/loadgen/users/device.hpp"

namespace throng::users {
namespace {

using measure::Operation;
using protocol::Error;
using transport::CloseReason;

// ---- Coming and going ----

TEST_F(DeviceTest, LogsInFromTheDueTimeOn) {
  now_ += milliseconds(20);
  user_.login(world_, kStart, now_);
  EXPECT_EQ(transport_.opens, 1);
  pass(milliseconds(30));
  open();
  const auto hellos = take<protocol::Hello>();
  ASSERT_EQ(hellos.size(), 1u);
  EXPECT_EQ(hellos[0].token, "token of 11");
  EXPECT_TRUE(hellos[0].have.empty());
  pass(milliseconds(50));
  welcome();
  EXPECT_FALSE(user_.online());
  EXPECT_TRUE(logins_.empty());
  pass(milliseconds(100));
  say(protocol::CaughtUp{17, {}});
  EXPECT_TRUE(user_.online());
  ASSERT_EQ(logins_.size(), 1u);
  EXPECT_EQ(logins_[0].error, "");
  EXPECT_EQ(logins_[0].caught_up, 17u);
  EXPECT_EQ(tally(Operation::kConnect).latency.max(), 30'000'000);
  EXPECT_EQ(tally(Operation::kLogin).latency.max(), 100'000'000);
  EXPECT_EQ(tally(Operation::kLogin).service.max(), 80'000'000);
  EXPECT_EQ(tally(Operation::kCatchUp).latency.max(), 200'000'000);
}

TEST_F(DeviceTest, ALoginWhileOnlineIsDoneAtOnce) {
  bring_online();
  user_.login(world_, now_, now_);
  EXPECT_EQ(logins_.size(), 2u);
  EXPECT_EQ(transport_.opens, 1);
}

TEST_F(DeviceTest, SaysWhatItHasWhenItComesBack) {
  bring_online();
  for (std::uint32_t k = 1; k <= 3; ++k) deliver(2, with_2_, k, k, now_);
  close();
  pass(seconds(1));
  EXPECT_EQ(transport_.opens, 2);
  open();
  const auto hellos = take<protocol::Hello>();
  ASSERT_EQ(hellos.size(), 1u);
  ASSERT_EQ(hellos[0].have.size(), 1u);
  EXPECT_EQ(hellos[0].have[0].chat, graph_.chat_id(with_2_));
  EXPECT_EQ(hellos[0].have[0].seq, 3u);
}

TEST_F(DeviceTest, LogoutSaysGoodbyeAndDropDoesnt) {
  bring_online();
  user_.logout(world_, now_);
  EXPECT_EQ(transport_.closes, 1);
  EXPECT_FALSE(user_.means_to_be_online());
  close(CloseReason::kByUs);
  pass(seconds(60));
  EXPECT_EQ(transport_.opens, 1) << "it stays away";
  bring_online();
  user_.drop(world_, now_);
  EXPECT_EQ(transport_.drops, 1);
  EXPECT_TRUE(tally(Operation::kConnect).errors.empty()) << "leaving isn't an error";
}

TEST_F(DeviceTest, ALoginDuringTheGoodbyeWaitsForItsEnd) {
  bring_online();
  user_.logout(world_, now_);
  user_.login(world_, now_, now_);
  EXPECT_EQ(transport_.opens, 1);
  close(CloseReason::kByUs);
  EXPECT_EQ(transport_.opens, 2);
}

TEST_F(DeviceTest, BacksOffLongerAfterEachConnectInVain) {
  user_.login(world_, now_, now_);
  std::vector<pacing::Duration> waits;
  for (int i = 0; i < 30; ++i) {
    const int opens = transport_.opens;
    close(CloseReason::kRefused);
    const auto lost = now_;
    while (transport_.opens == opens) pass(milliseconds(1));
    waits.push_back(now_ - lost);
    const auto ceiling =
        std::min<pacing::Duration>(milliseconds(500) * (1 << std::min(i, 10)), seconds(10));
    EXPECT_LE(waits.back(), ceiling + milliseconds(1)) << i;
  }
  EXPECT_GT(*std::max_element(waits.begin() + 6, waits.end()), seconds(5));
  EXPECT_EQ(errors(Operation::kConnect, "refused"), 30u);
  open();
  welcome();
  catch_up();
  EXPECT_EQ(tally(Operation::kLogin).count, 1u);
  EXPECT_EQ(tally(Operation::kLogin).latency.max(), (now_ - kStart).count());
}

TEST_F(DeviceTest, AScriptIsToldOfFailureWhileTheDeviceGoesOn) {
  user_.login(world_, now_, now_);
  while (logins_.empty()) {
    const int opens = transport_.opens;
    close(CloseReason::kRefused);
    while (transport_.opens == opens) pass(milliseconds(50));
  }
  EXPECT_EQ(logins_[0].error, "refused");
  EXPECT_GE(now_, kStart + settings_.login_patience);
  open();
  welcome();
  catch_up();
  EXPECT_TRUE(user_.online());
  EXPECT_EQ(logins_.size(), 1u) << "nobody waits any more";
}

TEST_F(DeviceTest, DropsAConnectionThatStaysSilentBeforeCaughtUp) {
  user_.login(world_, now_, now_);
  open();
  welcome();
  pass(settings_.login_timeout - milliseconds(1));
  deliver(2, with_2_, 1, 1, now_);  // a sign of life
  pass(settings_.login_timeout - milliseconds(1));
  EXPECT_EQ(transport_.drops, 0);
  pass(milliseconds(1));
  EXPECT_EQ(transport_.drops, 1);
  EXPECT_EQ(errors(Operation::kCatchUp, "timeout"), 1u);
  EXPECT_EQ(transport_.opens, 1);
  close(CloseReason::kByUs);
  pass(seconds(1));
  EXPECT_EQ(transport_.opens, 2);
}

TEST_F(DeviceTest, HonoursTheRetryTimeOfBye) {
  bring_online();
  say(protocol::Bye{Error::kGoingAway, true, 3000});
  close();
  pass(milliseconds(2999));
  EXPECT_EQ(transport_.opens, 1);
  pass(milliseconds(3002));
  EXPECT_EQ(transport_.opens, 2);
  EXPECT_EQ(errors(Operation::kConnect, "going_away"), 1u);
}

TEST_F(DeviceTest, ByeEndsASessionWhoseConnectionGoesOn) {
  bring_online();
  say(protocol::Bye{Error::kIdle, true, 500});
  EXPECT_EQ(transport_.closes, 1) << "others may share the connection";
  EXPECT_EQ(errors(Operation::kConnect, "idle"), 1u);
  close(CloseReason::kByUs);
  pass(milliseconds(1'001));
  EXPECT_EQ(transport_.opens, 2);
  EXPECT_EQ(errors(Operation::kConnect, "idle"), 1u);
}

TEST_F(DeviceTest, GivesUpWhenTheSameWouldHappenAgain) {
  user_.login(world_, now_, now_);
  open();
  say(protocol::Failure{.code = Error::kBadToken, .detail = {}, .chat = {}, .cmid = {}, .ref = {}});
  ASSERT_EQ(logins_.size(), 1u);
  EXPECT_EQ(logins_[0].error, "bad_token");
  EXPECT_EQ(errors(Operation::kLogin, "bad_token"), 1u);
  close(CloseReason::kByUs);
  pass(seconds(60));
  EXPECT_EQ(transport_.opens, 1);

  bring_online();
  say(protocol::Bye{Error::kBadFrame, false, 0});
  close();
  pass(seconds(60));
  EXPECT_EQ(transport_.opens, 2);
}

TEST_F(DeviceTest, AnOverloadedServerIsTriedAgain) {
  user_.login(world_, now_, now_);
  open();
  say(protocol::Failure{
      .code = Error::kOverloaded, .detail = {}, .chat = {}, .cmid = {}, .ref = {}});
  close();
  EXPECT_EQ(errors(Operation::kLogin, "overloaded"), 1u);
  pass(seconds(1));
  EXPECT_EQ(transport_.opens, 2);
}

TEST_F(DeviceTest, AReconnectIsTimedFromItsFirstAttempt) {
  bring_online();
  close();
  while (transport_.opens == 1) pass(milliseconds(1));
  const auto attempt = now_;
  close(CloseReason::kRefused);
  while (transport_.opens == 2) pass(milliseconds(1));
  open();
  welcome();
  EXPECT_EQ(tally(Operation::kLogin).count, 2u);
  EXPECT_NEAR(static_cast<double>(tally(Operation::kLogin).latency.max()),
              static_cast<double>((now_ - attempt).count()), 1.1e6);
}

TEST_F(DeviceTest, PingsWhenNothingElseWasSaid) {
  bring_online();
  pass(seconds(26));
  EXPECT_TRUE(take<protocol::Ping>().empty());
  pass(seconds(2));
  EXPECT_EQ(take<protocol::Ping>().size(), 1u);
  pass(seconds(20));
  user_.activity(world_, protocol::ActivityKind::kOpened, {}, now_);
  pass(seconds(20));
  EXPECT_TRUE(take<protocol::Ping>().empty());
  EXPECT_EQ(take<protocol::Activity>().size(), 1u);
  pass(seconds(10));
  EXPECT_EQ(take<protocol::Ping>().size(), 1u);
}

// ---- Sending ----

TEST_F(DeviceTest, ASendIsTimedFromItsDueTimeAndServedFromItsWriting) {
  bring_online();
  user_.send(world_, with_2_, {100, "good \"day\""}, now_ - milliseconds(40), now_);
  const auto sends = take<protocol::Send>();
  ASSERT_EQ(sends.size(), 1u);
  EXPECT_EQ(sends[0].chat, graph_.chat_id(with_2_));
  EXPECT_EQ(sends[0].body.size(), 100u);
  EXPECT_EQ(sends[0].body.substr(measure::kStampBytes, 10), "good \"day\"");
  pass(milliseconds(10));
  sent(sends[0], 1);
  EXPECT_EQ(tally(Operation::kSend).latency.max(), 50'000'000);
  EXPECT_EQ(tally(Operation::kSend).service.max(), 10'000'000);
  EXPECT_TRUE(user_.settled());
  EXPECT_EQ(report().acked, 1u);
}

TEST_F(DeviceTest, ABodyIsNeverSmallerThanItsStampAndText) {
  bring_online();
  user_.send(world_, with_2_, {1, "text"}, now_, now_);
  EXPECT_EQ(take<protocol::Send>()[0].body.size(), measure::kMinBodyBytes + 4);
  EXPECT_EQ(user_.send(world_, with_2_, {protocol::kMaxBodyBytes + 1, ""}, now_, now_),
            "too_large");
  EXPECT_EQ(user_.send(world_, with_2_, {protocol::kMaxBodyBytes, ""}, now_, now_), "");
}

TEST_F(DeviceTest, SendsWaitForTheWelcomeAndKeepTheirOrder) {
  user_.login(world_, now_, now_);
  for (int i = 0; i < 3; ++i) user_.send(world_, with_2_, {50, ""}, now_, now_);
  open();
  EXPECT_TRUE(take<protocol::Send>().empty());
  welcome();
  const auto sends = take<protocol::Send>();
  ASSERT_EQ(sends.size(), 3u);
  EXPECT_LT(sends[0].cmid, sends[1].cmid);
  EXPECT_LT(sends[1].cmid, sends[2].cmid);
}

TEST_F(DeviceTest, RepeatsWhatHasNoAnswerWithTheSameCmidAndBytes) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  user_.send(world_, group_, {50, ""}, now_, now_);
  const auto first = take<protocol::Send>();
  sent(first[0], 1);
  close();
  pass(seconds(1));
  open();
  welcome();
  const auto second = take<protocol::Send>();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].cmid, first[1].cmid);
  EXPECT_EQ(second[0].body, first[1].body);
  sent(second[0], 1);
  EXPECT_EQ(tally(Operation::kSend).count, 2u);
  EXPECT_EQ(tally(Operation::kSend).service.max(), 1'000'000'000);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(DeviceTest, SaysOfWhichEpochItsPositionsAre) {
  bring_online();
  come_back({.user = {11}, .heartbeat_s = 30, .epoch = 7});
  EXPECT_EQ(take<protocol::Hello>().at(0).epoch, 0u) << "it hadn't been told";
  come_back({.user = {11}, .heartbeat_s = 30, .epoch = 8});
  EXPECT_EQ(take<protocol::Hello>().at(0).epoch, 7u) << "what comes before all is caught up counts";
  come_back({.user = {11}, .heartbeat_s = 30, .epoch = 9, .rewound = true});
  EXPECT_EQ(take<protocol::Hello>().at(0).epoch, 8u);
  come_back({.user = {11}, .heartbeat_s = 30, .epoch = 10, .rewound = true});
  EXPECT_EQ(take<protocol::Hello>().at(0).epoch, 8u) << "it hadn't caught up";
  catch_up();
  come_back({.user = {11}, .heartbeat_s = 30, .epoch = 10});
  EXPECT_EQ(take<protocol::Hello>().at(0).epoch, 10u);
}

TEST_F(DeviceTest, GetsAllAgainFromAStoreThatWasRewound) {
  bring_online();
  for (std::uint32_t i = 1; i <= 3; ++i) deliver(2, with_2_, i, i, now_);
  const auto get_again = [&](bool rewound) {
    come_back({.user = {11}, .heartbeat_s = 30, .epoch = 9, .rewound = rewound});
    for (std::uint32_t i = 1; i <= 2; ++i) deliver(2, with_2_, i, i, now_);
  };
  get_again(true);
  EXPECT_EQ(violations(), 0u);
  get_again(false);
  EXPECT_EQ(report().duplicated, 2u);
}

TEST_F(DeviceTest, ItsOwnMessageInCatchUpIsItsAnswer) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  const auto first = take<protocol::Send>();
  close();
  pass(seconds(1));
  open();
  welcome();
  say(protocol::Message{.chat = first[0].chat,
                        .seq = 1,
                        .from = {11},
                        .cmid = first[0].cmid,
                        .time = 0,
                        .body = first[0].body});
  EXPECT_EQ(user_.unanswered_sends(), 0u);
  EXPECT_EQ(tally(Operation::kSend).count, 1u);
  sent(first[0], 1);  // the repeat's answer
  EXPECT_EQ(tally(Operation::kSend).count, 1u);
  EXPECT_EQ(violations(), 0u);
  sent(first[0], 2);
  EXPECT_EQ(report().duplicated, 1u);
}

TEST_F(DeviceTest, ATimeoutIsCountedOnceAndTheSendRepeated) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  pass(seconds(35));
  EXPECT_EQ(errors(Operation::kSend, "timeout"), 1u);
  const auto sends = take<protocol::Send>();
  EXPECT_EQ(sends.size(), 4u);
  for (const auto& each : sends) EXPECT_EQ(each.cmid, sends[0].cmid);
  sent(sends[0], 1);
  EXPECT_EQ(tally(Operation::kSend).latency.max(), 35'000'000'000);
}

TEST_F(DeviceTest, ATimeoutIsCountedWithoutAConnectionToo) {
  user_.login(world_, now_, now_);
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  close(CloseReason::kRefused);
  for (int i = 0; i < 12; ++i) {
    pass(seconds(1));
    if (transport_.opens > 1) break;
  }
  pass(seconds(10));
  EXPECT_EQ(errors(Operation::kSend, "timeout"), 1u);
}

TEST_F(DeviceTest, WhatIsWrittenOfflineIsDueAtTheNextLogin) {
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  pass(seconds(3600));
  EXPECT_EQ(errors(Operation::kSend, "timeout"), 0u);
  user_.login(world_, now_, now_);
  open();
  pass(milliseconds(5));
  welcome();
  const auto sends = take<protocol::Send>();
  ASSERT_EQ(sends.size(), 1u);
  const auto check = measure::read_stamp(world_.stamp_key, with_2_, 1, sends[0].body);
  EXPECT_EQ(check.verdict, measure::StampVerdict::kOurs);
  EXPECT_EQ(check.stamp.due, now_ - milliseconds(5));
  sent(sends[0], 1);
  EXPECT_EQ(tally(Operation::kSend).latency.max(), 5'000'000);
}

TEST_F(DeviceTest, RefusalsThatMayPassAreRepeatedWithBackoff) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  const auto first = take<protocol::Send>();
  const auto refuse = [&] {
    say(protocol::Failure{.code = Error::kOverloaded,
                          .detail = {},
                          .chat = first[0].chat,
                          .cmid = first[0].cmid,
                          .ref = {}});
  };
  refuse();
  pass(milliseconds(499));
  EXPECT_TRUE(take<protocol::Send>().empty());
  pass(milliseconds(1));
  EXPECT_EQ(take<protocol::Send>().size(), 1u);
  refuse();
  pass(milliseconds(999));
  EXPECT_TRUE(take<protocol::Send>().empty());
  pass(milliseconds(1));
  EXPECT_EQ(take<protocol::Send>().size(), 1u);
  EXPECT_EQ(errors(Operation::kSend, "overloaded"), 2u);
  sent(first[0], 1);
  EXPECT_EQ(report().acked, 1u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(DeviceTest, ARefusedSendWaitsAsLongAsTheServerSays) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  const auto first = take<protocol::Send>();
  say(protocol::Failure{.code = Error::kRateLimited,
                        .detail = {},
                        .chat = first[0].chat,
                        .cmid = first[0].cmid,
                        .ref = {},
                        .retry_ms = 700});
  pass(milliseconds(699));
  EXPECT_TRUE(take<protocol::Send>().empty());
  pass(milliseconds(1));
  EXPECT_EQ(take<protocol::Send>().size(), 1u);
}

TEST_F(DeviceTest, ACertainRefusalEndsTheSend) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  user_.await_sends(world_);
  EXPECT_TRUE(sends_.empty());
  const auto first = take<protocol::Send>();
  say(protocol::Failure{.code = Error::kNotAMember,
                        .detail = {},
                        .chat = first[0].chat,
                        .cmid = first[0].cmid,
                        .ref = {}});
  ASSERT_EQ(sends_.size(), 1u);
  EXPECT_EQ(sends_[0].error, "not_a_member");
  EXPECT_EQ(errors(Operation::kSend, "not_a_member"), 1u);
  EXPECT_EQ(report().unresolved, 0u);

  // Were it to appear after all, that would be a phantom.
  say(protocol::Message{.chat = first[0].chat,
                        .seq = 1,
                        .from = {11},
                        .cmid = first[0].cmid,
                        .time = 0,
                        .body = first[0].body});
  EXPECT_EQ(report().phantom, 1u);
}

TEST_F(DeviceTest, ARefusedRepeatSaysNothingOfTheFirstCopy) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  const auto first = take<protocol::Send>();
  close();
  pass(seconds(1));
  open();
  welcome();
  say(protocol::Failure{.code = Error::kNotAMember,
                        .detail = {},
                        .chat = first[0].chat,
                        .cmid = first[0].cmid,
                        .ref = {}});
  EXPECT_EQ(report().unresolved, 1u);
  EXPECT_EQ(user_.unanswered_sends(), 0u);
}

TEST_F(DeviceTest, TheQueueOfSendsIsBounded) {
  user_.login(world_, now_, now_);
  for (std::size_t i = 0; i < Outbox::kMaxPending; ++i) {
    EXPECT_EQ(user_.send(world_, with_2_, {40, ""}, now_, now_), "");
  }
  EXPECT_EQ(user_.send(world_, with_2_, {40, ""}, now_, now_), "queue_full");
  EXPECT_EQ(tally(Operation::kSend).dropped, 1u);
  EXPECT_EQ(report().sent, Outbox::kMaxPending);
}

TEST_F(DeviceTest, AwaitingSendsEndsAtOnceWhenThereIsNothingToWaitFor) {
  user_.await_sends(world_);
  ASSERT_EQ(sends_.size(), 1u);
  EXPECT_EQ(sends_[0].error, "");
  user_.send(world_, with_2_, {40, ""}, now_, now_);
  user_.await_sends(world_);
  ASSERT_EQ(sends_.size(), 2u);
  EXPECT_EQ(sends_[1].error, "offline");
}

TEST_F(DeviceTest, SendsOfNonMembersAreRefusedByTheDevice) {
  ChatIndex of_others = 0;
  for (ChatIndex chat = 0; chat < graph_.chats(); ++chat) {
    if (!graph_.roster().seat(1, chat)) of_others = chat;
  }
  EXPECT_EQ(user_.send(world_, of_others, {40, ""}, now_, now_), "not_a_member");
}

TEST_F(DeviceTest, AnAnswerForSomebodyElseIsMisdelivered) {
  bring_online();
  say(protocol::Sent{graph_.chat_id(with_2_), "not ours", 1, 0});
  EXPECT_EQ(report().misdelivered, 1u);
}

// ---- Receiving ----

TEST_F(DeviceTest, DeliveryIsTimedFromTheSendersDueTime) {
  bring_online();
  const auto due = now_;
  pass(milliseconds(7));
  deliver(2, with_2_, 1, 1, due);
  EXPECT_EQ(tally(Operation::kDeliver).latency.max(), 7'000'000);
  EXPECT_EQ(user_.unread(graph_, with_2_), 1u);
  EXPECT_EQ(report().delivered, 1u);
}

TEST_F(DeviceTest, WhatCameWhileAwayOnPurposeHasNoDeliveryLatency) {
  const auto due = now_;
  pass(seconds(100));
  user_.login(world_, now_, now_);
  open();
  welcome();
  deliver(2, with_2_, 1, 1, due);
  EXPECT_EQ(tally(Operation::kDeliver).count, 0u);
  EXPECT_EQ(report().delivered, 1u);
  EXPECT_EQ(report().late, 0u);
}

TEST_F(DeviceTest, AnOutageIsDeliveryLatency) {
  settings_.login_timeout = seconds(60);
  bring_online();
  close();
  const auto due = now_;
  pass(seconds(40));
  open();
  welcome();
  deliver(2, with_2_, 1, 1, due);
  EXPECT_EQ(tally(Operation::kDeliver).latency.max(), 40'000'000'000);
  EXPECT_EQ(report().late, 1u);
}

TEST_F(DeviceTest, AStampThatCantBeReadIsCorruptedIfTheCmidIsOfTheRun) {
  bring_online();
  const Cmid cmid(world_.stamp_key, {with_2_, 2, 1});
  protocol::Message message{.chat = graph_.chat_id(with_2_),
                            .seq = 1,
                            .from = graph_.user_id(2),
                            .cmid = cmid.text(),
                            .time = 0,
                            .body = "what was it?"};
  say(message);
  EXPECT_EQ(report().corrupted, 1u);
  EXPECT_EQ(report().phantom, 0u);

  message.seq = 2;
  message.from = graph_.user_id(1);  // the cmid says that it was another's
  say(message);
  EXPECT_EQ(report().corrupted, 1u);
  EXPECT_EQ(report().phantom, 1u);
}

TEST_F(DeviceTest, NobodyKnowsWhetherTheServerCountsAPhantomAsUnread) {
  bring_online();
  deliver(2, with_2_, 1, 1, now_);
  say(protocol::Message{.chat = graph_.chat_id(with_2_),
                        .seq = 2,
                        .from = graph_.user_id(2),
                        .cmid = "cmid",
                        .time = 0,
                        .body = "boo"});
  deliver(2, with_2_, 2, 2, now_);
  user_.drop(world_, now_);
  close(CloseReason::kByUs);
  user_.login(world_, now_, now_);
  open();
  welcome();
  say(protocol::CaughtUp{0, {{graph_.chat_id(with_2_), 2, 2, 0, 2}}});
  EXPECT_EQ(report().cursor_violations, 0u);
}

TEST_F(DeviceTest, AnswersOncePerChatForAllThatCameTogether) {
  bring_online();
  std::string text;
  for (std::uint32_t k = 1; k <= 5; ++k) {
    for (const ChatIndex chat : {with_2_, group_}) {
      protocol::encode(text, protocol::Message{.chat = graph_.chat_id(chat),
                                               .seq = k,
                                               .from = {12},
                                               .cmid = "c",
                                               .time = 0,
                                               .body = body(2, chat, k, now_)});
      text += '\n';
    }
  }
  say_text(text);
  const auto delivered = take<protocol::Delivered>();
  ASSERT_EQ(delivered.size(), 2u);
  EXPECT_EQ(delivered[0].seq, 5u);
  EXPECT_EQ(delivered[1].seq, 5u);
}

TEST_F(DeviceTest, DeliveredStopsAtAGap) {
  bring_online();
  deliver(2, with_2_, 1, 1, now_);
  deliver(2, with_2_, 3, 3, now_);
  auto delivered = take<protocol::Delivered>();
  ASSERT_EQ(delivered.size(), 1u);
  EXPECT_EQ(delivered[0].seq, 1u);
  deliver(2, with_2_, 2, 2, now_);
  delivered = take<protocol::Delivered>();
  ASSERT_EQ(delivered.size(), 1u);
  EXPECT_EQ(delivered[0].seq, 3u);
  EXPECT_EQ(report().reordered, 1u);
}

TEST_F(DeviceTest, ReadsAccordingToPlan) {
  settings_.reading = {1.0, pacing::Distribution::constant(2.5)};
  bring_online();
  deliver(2, with_2_, 1, 1, now_);
  pass(seconds(1));
  deliver(2, with_2_, 2, 2, now_);
  deliver(2, group_, 1, 1, now_);
  pass(milliseconds(1499));
  EXPECT_TRUE(take<protocol::Read>().empty());
  pass(milliseconds(1));
  auto reads = take<protocol::Read>();
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].chat, graph_.chat_id(with_2_));
  EXPECT_EQ(reads[0].seq, 2u);
  EXPECT_EQ(user_.unread(graph_, with_2_), 0u);
  pass(seconds(1));
  reads = take<protocol::Read>();
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].chat, graph_.chat_id(group_));
}

TEST_F(DeviceTest, ReadsAShareOfWhatComes) {
  settings_.reading = {0.3, pacing::Distribution::constant(0.01)};
  bring_online();
  std::size_t reads = 0;
  for (std::uint32_t k = 1; k <= 2000; ++k) {
    deliver(2, with_2_, k, k, now_);
    pass(milliseconds(20));
    reads += take<protocol::Read>().size();
  }
  EXPECT_NEAR(static_cast<double>(reads), 600, 70);
}

TEST_F(DeviceTest, WhatWasReadWithoutAConnectionIsSaidLater) {
  bring_online();
  deliver(2, with_2_, 1, 1, now_);
  close();
  user_.read(world_, with_2_, now_);
  pass(seconds(1));
  open();
  welcome();
  transport_.sent.clear();
  say(protocol::CaughtUp{0, {{graph_.chat_id(with_2_), 1, 0, 0, 1}}});
  EXPECT_EQ(take<protocol::Delivered>().size(), 1u);
  const auto reads = take<protocol::Read>();
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].seq, 1u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(DeviceTest, CursorsAndUnreadOfCaughtUpMustFitTheDevice) {
  const auto first_login = [this](const protocol::ChatState& state) {
    bring_online();
    for (std::uint32_t k = 1; k <= 3; ++k) deliver(2, with_2_, k, k, now_);
    user_.read(world_, with_2_, now_);
    deliver(2, with_2_, 4, 4, now_);
    user_.drop(world_, now_);
    close(CloseReason::kByUs);
    user_.login(world_, now_, now_);
    open();
    welcome();
    const auto before = report().cursor_violations;
    say(protocol::CaughtUp{0, {state}});
    return report().cursor_violations - before;
  };
  const protocol::ChatId chat = graph_.chat_id(with_2_);
  EXPECT_EQ(first_login({chat, 4, 4, 3, 1}), 0u);
  user_.drop(world_, now_);
  close(CloseReason::kByUs);
  const auto again = [&](const protocol::ChatState& state) {
    user_.login(world_, now_, now_);
    open();
    welcome();
    const auto before = report().cursor_violations;
    say(protocol::CaughtUp{0, {state}});
    user_.drop(world_, now_);
    close(CloseReason::kByUs);
    return report().cursor_violations - before;
  };
  EXPECT_EQ(again({chat, 4, 4, 3, 1}), 0u);
  EXPECT_EQ(again({chat, 4, 4, 2, 2}), 0u) << "the last read may not have got through";
  EXPECT_EQ(again({chat, 4, 4, 3, 2}), 1u) << "unread";
  EXPECT_EQ(again({chat, 4, 4, 4, 0}), 1u) << "the user hasn't read that";
  EXPECT_EQ(again({chat, 9, 5, 3, 1}), 1u) << "the device hasn't got that";
  EXPECT_EQ(again({chat, 4, 3, 4, 0}), 1u) << "read above delivered";
  EXPECT_EQ(again({{999}, 0, 0, 0, 0}), 1u) << "not one of its chats";
}

TEST_F(DeviceTest, HandsMessagesToTheScript) {
  settings_.wants_messages = true;
  bring_online();
  deliver(2, with_2_, 1, 1, now_);
  deliver(2, with_2_, 1, 1, now_);
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0], std::to_string(with_2_) + " 2 1 hi");
}

TEST_F(DeviceTest, AScriptMayLeaveInTheMiddleOfWhatComes) {
  settings_.wants_messages = true;
  leave_on_message_ = true;
  bring_online();
  std::string text;
  for (std::uint32_t k = 1; k <= 3; ++k) {
    protocol::encode(text, protocol::Message{.chat = graph_.chat_id(with_2_),
                                             .seq = k,
                                             .from = {12},
                                             .cmid = "c",
                                             .time = 0,
                                             .body = body(2, with_2_, k, now_)});
    text += '\n';
  }
  say_text(text);
  EXPECT_EQ(messages_.size(), 1u);
  EXPECT_EQ(transport_.closes, 1);
  EXPECT_EQ(ledger_.position(*graph_.roster().seat(1, with_2_)), 1u);
}

TEST_F(DeviceTest, EventsItDoesntKnowAreIgnored) {
  bring_online();
  say_text(R"({"op":"confetti"})");
  EXPECT_TRUE(tally(Operation::kConnect).errors.empty());
  say_text(R"({"op":)");
  EXPECT_EQ(errors(Operation::kConnect, "bad_json"), 1u);
}

// ---- Receipts ----

TEST_F(DeviceTest, TicksAreTimedFromTheDueTimeForEachMember) {
  bring_online();
  user_.send(world_, group_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 1);
  const protocol::ChatId chat = graph_.chat_id(group_);
  pass(milliseconds(10));
  say(protocol::Receipt{chat, {12}, 1, 0});
  pass(milliseconds(10));
  say(protocol::Receipt{chat, {13}, 1, 1});
  pass(milliseconds(10));
  say(protocol::Receipt{chat, {12}, 1, 1});
  const auto& delivered = tally(Operation::kReceiptDelivered);
  EXPECT_EQ(delivered.count, 2u);
  EXPECT_EQ(delivered.latency.min(), 10'000'000);
  EXPECT_EQ(delivered.latency.max(), 20'000'000);
  const auto& read = tally(Operation::kReceiptRead);
  EXPECT_EQ(read.count, 2u);
  EXPECT_EQ(read.latency.min(), 20'000'000);
  EXPECT_EQ(read.latency.max(), 30'000'000);
}

TEST_F(DeviceTest, AFanOutEndsWithTheLastMember) {
  bring_online();
  const protocol::ChatId chat = graph_.chat_id(group_);
  user_.send(world_, group_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 1);
  pass(milliseconds(10));
  say(protocol::Receipt{chat, {12}, 1, 0});
  EXPECT_EQ(tally(Operation::kFanOut).count, 0u);
  pass(milliseconds(15));
  say(protocol::Receipt{chat, {13}, 1, 0});
  EXPECT_EQ(tally(Operation::kFanOut).count, 1u);
  EXPECT_EQ(tally(Operation::kFanOut).latency.max(), 25'000'000);

  user_.send(world_, with_2_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 1);
  say(protocol::Receipt{graph_.chat_id(with_2_), {12}, 1, 0});
  EXPECT_EQ(tally(Operation::kFanOut).count, 1u) << "there is no fan-out to one";

  board_.set_offline(3);
  user_.send(world_, group_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 2);
  board_.set_online(3, now_ + seconds(1));
  for (const std::uint64_t member : {12, 13}) say(protocol::Receipt{chat, {member}, 2, 0});
  EXPECT_EQ(tally(Operation::kFanOut).count, 1u) << "3 was away";
}

TEST_F(DeviceTest, AFanOutThatIsIncompleteAtTheEndIsUnresolved) {
  bring_online();
  user_.send(world_, group_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 1);
  say(protocol::Receipt{graph_.chat_id(group_), {12}, 1, 0});
  pass(seconds(2));
  user_.finish(world_, now_);
  EXPECT_EQ(tally(Operation::kFanOut).unresolved, 1u);
  EXPECT_EQ(tally(Operation::kFanOut).latency.max(), 2'000'000'000);
}

TEST_F(DeviceTest, ATickThatOvertakesTheFirstOneIsNotMissed) {
  bring_online();
  user_.send(world_, with_2_, {50, ""}, now_, now_);
  say(protocol::Receipt{graph_.chat_id(with_2_), {12}, 1, 0});
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 0u);
  sent(take<protocol::Send>()[0], 1);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 1u);
  EXPECT_EQ(tally(Operation::kReceiptRead).count, 0u);
  say(protocol::Receipt{graph_.chat_id(with_2_), {12}, 1, 1});
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 1u);
  EXPECT_EQ(tally(Operation::kReceiptRead).count, 1u);
}

TEST_F(DeviceTest, TicksHaveNoLatencyWhileEitherSideIsAwayOnPurpose) {
  bring_online();
  board_.set_offline(2);
  for (int i = 0; i < 2; ++i) user_.send(world_, with_2_, {50, ""}, now_, now_);
  const auto sends = take<protocol::Send>();
  sent(sends[0], 1);
  sent(sends[1], 2);
  pass(seconds(1000));
  board_.set_online(2, now_);
  say(protocol::Receipt{graph_.chat_id(with_2_), {12}, 1, 1});
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 0u) << "the member was away";
  board_.set_online(2, kStart);
  user_.drop(world_, now_);
  close(CloseReason::kByUs);
  bring_online();
  say(protocol::Receipt{graph_.chat_id(with_2_), {12}, 2, 2});
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 0u) << "the sender was away";
}

TEST_F(DeviceTest, TooManyMissingTicksAreUnresolved) {
  bring_online();
  board_.set_offline(3);
  const auto send_one = [this](protocol::Seq seq) {
    user_.send(world_, group_, {50, ""}, now_, now_);
    sent(take<protocol::Send>()[0], seq);
  };
  for (protocol::Seq seq = 1; seq <= ReceiptWatch::kMaxWatched; ++seq) send_one(seq);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).unresolved, 0u);
  send_one(ReceiptWatch::kMaxWatched + 1);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).unresolved, 1u)
      << "2's, not that of 3, who is away";
}

TEST_F(DeviceTest, ReceiptsOfChatsOfOthersAreViolations) {
  bring_online();
  say(protocol::Receipt{{999}, {12}, 1, 1});
  say(protocol::Receipt{graph_.chat_id(with_2_), {13}, 0, 0});
  EXPECT_EQ(report().cursor_violations, 2u);
}

// ---- Questions ----

TEST_F(DeviceTest, FetchesAPage) {
  bring_online();
  user_.fetch(world_, with_2_, "page 2", 20, now_ - milliseconds(5), now_);
  const auto fetches = take<protocol::Fetch>();
  ASSERT_EQ(fetches.size(), 1u);
  EXPECT_EQ(fetches[0].pagination_token, "page 2");
  EXPECT_EQ(fetches[0].limit, 20u);
  protocol::History history{
      .chat = fetches[0].chat, .messages = {}, .next = "page 3", .ref = "something else"};
  say(history);
  EXPECT_TRUE(fetches_.empty());
  history.ref = fetches[0].ref;
  pass(milliseconds(10));
  say(history);
  ASSERT_EQ(fetches_.size(), 1u);
  EXPECT_EQ(fetches_[0].next, "page 3");
  EXPECT_EQ(tally(Operation::kFetch).latency.max(), 15'000'000);
  EXPECT_EQ(tally(Operation::kFetch).service.max(), 10'000'000);
}

TEST_F(DeviceTest, AFetchFailsWithTheServersWordOrATimeoutOrTheConnection) {
  user_.fetch(world_, with_2_, "", 20, now_, now_);
  EXPECT_EQ(fetches_.back().error, "offline");
  bring_online();
  user_.fetch(world_, with_2_, "", 20, now_, now_);
  const auto fetches = take<protocol::Fetch>();
  say(protocol::Failure{.code = Error::kBadPagination,
                        .detail = {},
                        .chat = fetches[0].chat,
                        .cmid = {},
                        .ref = fetches[0].ref});
  EXPECT_EQ(fetches_.back().error, "bad_pagination");
  user_.fetch(world_, with_2_, "", 20, now_, now_);
  pass(settings_.ask_timeout);
  EXPECT_EQ(fetches_.back().error, "timeout");
  user_.fetch(world_, with_2_, "", 20, now_, now_);
  close();
  EXPECT_EQ(fetches_.back().error, "closed");
  EXPECT_EQ(fetches_.size(), 4u);
  EXPECT_EQ(tally(Operation::kFetch).errors.size(), 4u);
}

TEST_F(DeviceTest, PresenceIsDoneWithTheLastAnswer) {
  bring_online();
  user_.presence(world_, std::vector<std::uint64_t>{2, 3, 2, 77, 0}, now_, now_);
  const auto queries = take<protocol::PresenceQuery>();
  ASSERT_EQ(queries.size(), 1u);
  EXPECT_EQ(queries[0].users, (std::vector<protocol::UserId>{{12}, {13}}));
  say(protocol::PresenceState{{13}, true, 0});
  say(protocol::PresenceState{{13}, true, 0});
  EXPECT_TRUE(presences_.empty());
  say(protocol::PresenceState{{12}, false, 0});
  ASSERT_EQ(presences_.size(), 1u);
  EXPECT_EQ(presences_[0].asked, 2u);
  EXPECT_EQ(presences_[0].online, 1u);
  EXPECT_EQ(tally(Operation::kPresence).count, 1u);
}

// ---- The end ----

TEST_F(DeviceTest, WhatIsUnfinishedAtTheEndIsRecordedAsUnresolved) {
  bring_online();
  user_.send(world_, group_, {50, ""}, now_, now_);
  sent(take<protocol::Send>()[0], 1);
  user_.send(world_, group_, {50, ""}, now_, now_);
  user_.fetch(world_, group_, "", 20, now_, now_);
  say(protocol::Receipt{graph_.chat_id(group_), {12}, 1, 0});
  pass(seconds(5));
  user_.finish(world_, now_);
  EXPECT_EQ(tally(Operation::kSend).unresolved, 1u);
  EXPECT_EQ(tally(Operation::kSend).latency.max(), 5'000'000'000);
  EXPECT_EQ(tally(Operation::kFetch).unresolved, 1u);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).unresolved, 1u);
  EXPECT_EQ(report().unresolved, 1u);
  EXPECT_FALSE(user_.armed());
  close(CloseReason::kByUs);
  EXPECT_EQ(transport_.opens, 1);
}

TEST_F(DeviceTest, ALoginThatNeverEndedIsUnresolved) {
  user_.login(world_, now_, now_);
  pass(seconds(3));
  user_.finish(world_, now_);
  EXPECT_EQ(tally(Operation::kLogin).unresolved, 1u);
  EXPECT_EQ(tally(Operation::kCatchUp).unresolved, 1u);
  EXPECT_EQ(tally(Operation::kLogin).latency.max(), 3'000'000'000);
}

TEST_F(DeviceTest, AnIdleUserIsSmall) {
  bring_online();
  EXPECT_LE(user_.memory_bytes(), 400u);
}

}  // namespace
}  // namespace throng::users
