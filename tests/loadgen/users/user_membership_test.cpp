#include <gtest/gtest.h>

#include "tests/loadgen/users/device.hpp"

// Who comes into chats and leaves them, and cursors that the server doesn't take.
namespace throng::users {
namespace {

using measure::Operation;
using std::chrono::milliseconds;

class UserMembership : public DeviceTest {
 protected:
  UserMembership() { settings_.members_move = true; }

  protocol::ChatId group_id() const { return graph_.chat_id(group_); }
  void leave_group(protocol::Seq last) { say(protocol::Membership{group_id(), false, last}); }
  void join_group(protocol::Seq last) { say(protocol::Membership{group_id(), true, last}); }
  /// The server lists the chats that the user is in.
  void catch_up_with(const std::vector<protocol::ChatState>& chats) {
    say(protocol::CaughtUp{0, chats});
  }
  std::vector<protocol::ChatState> all_chats() const {
    std::vector<protocol::ChatState> all;
    for (const auto& info : graph_.chats_of(1))
      all.push_back(
          {.chat = graph_.chat_id(info.chat), .last = 0, .delivered = 0, .read = 0, .unread = 0});
    return all;
  }
  void come_online() {
    user_.login(world_, now_, now_);
    open();
    welcome();
    catch_up_with(all_chats());
    transport_.sent.clear();
  }
  std::string_view try_send() { return user_.send(world_, group_, {50, ""}, now_, now_); }
  void refuse_cursor(protocol::Error code, std::uint32_t retry_ms) {
    say(protocol::Failure{.code = code,
                          .detail = {},
                          .chat = group_id(),
                          .cmid = {},
                          .ref = {},
                          .retry_ms = retry_ms});
  }
};

TEST_F(UserMembership, WhoIsOutOfAChatSaysNothingThere) {
  come_online();
  deliver(2, group_, 1, 1, now_);
  take<protocol::Delivered>();
  leave_group(1);
  EXPECT_FALSE(user_.joined(graph_, group_));
  EXPECT_EQ(user_.chat_missed(graph_), group_);
  EXPECT_EQ(try_send(), "not_a_member");
  user_.read(world_, group_, now_);
  user_.typing(world_, group_, now_);
  EXPECT_TRUE(transport_.sent.empty()) << transport_.sent.front();
  EXPECT_TRUE(world_.somebody_is_out);
}

TEST_F(UserMembership, WhoIsBackGoesOnAboveWhatWasMissed) {
  come_online();
  deliver(2, group_, 1, 1, now_);
  leave_group(1);
  join_group(5);
  EXPECT_TRUE(user_.joined(graph_, group_));
  EXPECT_EQ(user_.unread(graph_, group_), 0u);
  transport_.sent.clear();
  deliver(2, group_, 2, 6, now_);
  EXPECT_EQ(take<protocol::Delivered>().at(0).seq, 6u);
  EXPECT_EQ(user_.unread(graph_, group_), 1u);
  EXPECT_EQ(try_send(), "");
  EXPECT_EQ(violations(), 0u);
}

TEST_F(UserMembership, WhoWasTakenOutWhileAwayIsToldOfNoSuchChat) {
  come_online();
  auto chats = all_chats();
  std::erase_if(chats, [&](const auto& each) { return each.chat == group_id(); });
  user_.drop(world_, now_);
  close();
  user_.login(world_, now_, now_);
  open();
  welcome();
  catch_up_with(chats);
  EXPECT_EQ(user_.chat_missed(graph_), group_);

  user_.drop(world_, now_);
  close();
  user_.login(world_, now_, now_);
  open();
  welcome();
  join_group(3);
  deliver(2, group_, 1, 4, now_);
  catch_up_with(all_chats());
  EXPECT_FALSE(user_.chat_missed(graph_));
  EXPECT_EQ(violations(), 0u);
}

TEST_F(UserMembership, NothingIsBelievedWhenTheScriptTakesNobodyOut) {
  settings_.members_move = false;
  come_online();
  leave_group(0);
  EXPECT_TRUE(user_.joined(graph_, group_));
}

TEST_F(UserMembership, TicksOfAChatWhoseMembersChangedArentAwaited) {
  come_online();
  try_send();
  sent(take<protocol::Send>().at(0), 1);
  say(protocol::ChatChanged{.chat = group_id(), .name = "", .members = 2});
  user_.finish(world_, now_);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).unresolved, 0u);
  EXPECT_EQ(tally(Operation::kFanOut).unresolved, 0u);
}

TEST_F(UserMembership, TicksAreAwaitedWhenTheChatHasANewNameOnly) {
  come_online();
  try_send();
  sent(take<protocol::Send>().at(0), 1);
  say(protocol::ChatChanged{.chat = group_id(), .name = "lunch", .members = 3});
  user_.finish(world_, now_);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).unresolved, 2u);
}

TEST_F(UserMembership, WhatWasRemovedIsntLost) {
  come_online();
  say(protocol::Trimmed{group_id(), 4});
  deliver(2, group_, 4, 4, now_);
  EXPECT_EQ(take<protocol::Delivered>().at(0).seq, 4u);
  EXPECT_EQ(report().trimmed, 3u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(UserMembership, ACursorThatIsShedIsSaidAgainWhenTheServerSaid) {
  come_online();
  deliver(2, group_, 1, 1, now_);
  take<protocol::Delivered>();
  refuse_cursor(protocol::Error::kOverloaded, 2000);
  deliver(2, group_, 2, 2, now_);
  take<protocol::Delivered>();
  pass(milliseconds(1999));
  EXPECT_TRUE(take<protocol::Delivered>().empty());
  pass(milliseconds(2002));
  const auto again = take<protocol::Delivered>();
  ASSERT_EQ(again.size(), 1u) << "one for each chat";
  EXPECT_EQ(again[0].seq, 2u);
  EXPECT_EQ(errors(Operation::kReceiptDelivered, "overloaded"), 1u);
  EXPECT_EQ(errors(Operation::kConnect, "overloaded"), 0u);
}

TEST_F(UserMembership, AReadCursorLikewise) {
  come_online();
  deliver(2, group_, 1, 1, now_);
  user_.read(world_, group_, now_);
  transport_.sent.clear();
  refuse_cursor(protocol::Error::kOverloaded, 1000);
  pass(milliseconds(2001));
  EXPECT_EQ(take<protocol::Read>().at(0).seq, 1u);
  EXPECT_TRUE(take<protocol::Delivered>().empty());
  EXPECT_EQ(errors(Operation::kReceiptRead, "overloaded"), 1u);
}

TEST_F(UserMembership, ACursorThatIsWrongIsntSaidAgain) {
  come_online();
  deliver(2, group_, 1, 1, now_);
  take<protocol::Delivered>();
  refuse_cursor(protocol::Error::kNotAMember, 0);
  pass(std::chrono::seconds(10));
  EXPECT_TRUE(take<protocol::Delivered>().empty());
  EXPECT_EQ(errors(Operation::kReceiptDelivered, "not_a_member"), 1u);
}

}  // namespace
}  // namespace throng::users
