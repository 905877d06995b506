#include <gtest/gtest.h>

#include "loadgen/users/cmid.hpp"
#include "tests/loadgen/users/device.hpp"

// What a user says of earlier messages, and what the device makes of messages that changed.
namespace throng::users {
namespace {

using measure::Operation;
using protocol::MessageKind;
using std::chrono::milliseconds;

class UserChanges : public DeviceTest {
 protected:
  std::string_view say_of(MessageKind kind, std::string_view text = {}, protocol::Seq re = 0) {
    return user_.send(world_, with_2_, {.text = text, .kind = kind, .re = re}, now_, now_);
  }
  /// The user's own message at `seq`, acknowledged.
  protocol::Send have_own(protocol::Seq seq) {
    user_.send(world_, with_2_, {50, ""}, now_, now_);
    const protocol::Send said = take<protocol::Send>().at(0);
    sent(said, seq);
    return said;
  }
  /// User 2's kth message in the chat of the two, as it stands at `seq`.
  protocol::Message from_2(std::uint32_t k, protocol::Seq seq) {
    cmid_.emplace(world_.stamp_key, measure::MessageOrigin{with_2_, 2, k});
    return {.chat = graph_.chat_id(with_2_),
            .seq = seq,
            .from = graph_.user_id(2),
            .cmid = cmid_->text(),
            .time = 0,
            .body = body(2, with_2_, k, now_)};
  }

 private:
  std::optional<Cmid> cmid_;
};

TEST_F(UserChanges, EditsAndDeletesItsNewestAcknowledgedText) {
  bring_online();
  EXPECT_EQ(say_of(MessageKind::kEdit, "new"), "no_message");
  have_own(1);
  have_own(2);
  EXPECT_EQ(say_of(MessageKind::kEdit, "new"), "");
  const protocol::Send edit = take<protocol::Send>().at(0);
  EXPECT_EQ(edit.kind, MessageKind::kEdit);
  EXPECT_EQ(edit.re, 2u);
  EXPECT_EQ(edit.body.substr(measure::kStampBytes), "new");
  sent(edit, 3);
  EXPECT_EQ(say_of(MessageKind::kDelete), "");
  const protocol::Send deletion = take<protocol::Send>().at(0);
  EXPECT_EQ(deletion.re, 2u) << "an edit isn't a text of its own";
  EXPECT_EQ(deletion.body, "");
  sent(deletion, 4);
  EXPECT_EQ(say_of(MessageKind::kEdit, "new"), "no_message") << "it is deleted";
  EXPECT_EQ(tally(Operation::kSend).count, 4u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(UserChanges, AReactionHasRoomForItsStampAndAShortSign) {
  bring_online();
  EXPECT_EQ(say_of(MessageKind::kReaction, "+1", 7), "");
  const protocol::Send reaction = take<protocol::Send>().at(0);
  EXPECT_EQ(reaction.re, 7u);
  EXPECT_LE(reaction.body.size(), protocol::kMaxReactionBytes);
  EXPECT_EQ(say_of(MessageKind::kReaction, std::string(34, 'x'), 7), "too_large");
}

TEST_F(UserChanges, TimesEditsAndReactionsOfOthersAndTakesDeletionsForGranted) {
  bring_online();
  say(from_2(1, 1));
  protocol::Message edit = from_2(2, 2);
  edit.kind = MessageKind::kEdit;
  edit.re = 1;
  say(edit);
  protocol::Message deletion = from_2(3, 3);
  deletion.kind = MessageKind::kDelete;
  deletion.re = 1;
  deletion.body = {};
  say(deletion);
  EXPECT_EQ(tally(Operation::kDeliver).count, 2u);
  EXPECT_EQ(take<protocol::Delivered>().back().seq, 3u);
  EXPECT_EQ(violations(), 0u);
  EXPECT_EQ(report().delivered, 3u);
}

TEST_F(UserChanges, WhatWasEditedBearsTheStampOfTheEdit) {
  bring_online();
  protocol::Message revised = from_2(1, 1);
  revised.body = body(2, with_2_, 2, now_);
  revised.version = 1;
  say(revised);
  protocol::Message edit = from_2(2, 2);
  edit.kind = MessageKind::kEdit;
  edit.re = 1;
  say(edit);
  EXPECT_EQ(violations(), 0u);
  EXPECT_EQ(report().delivered, 2u);
  EXPECT_EQ(tally(Operation::kDeliver).count, 1u)
      << "of the revised one nobody knows when it was due";
}

TEST_F(UserChanges, WhatWasDeletedIsKnownByItsCmid) {
  bring_online();
  protocol::Message deleted = from_2(1, 1);
  deleted.body = {};
  deleted.version = 1;
  deleted.deleted = true;
  say(deleted);
  EXPECT_EQ(violations(), 0u);
  EXPECT_EQ(report().delivered, 1u);
}

TEST_F(UserChanges, ARevisedMessageMustStillBeWhatItsSenderSaid) {
  bring_online();
  protocol::Message leaked = from_2(1, 1);
  leaked.version = 1;
  leaked.deleted = true;
  say(leaked);  // deleted, and there is still a body
  protocol::Message changed = from_2(2, 2);
  changed.body = "something else altogether, without a stamp";
  changed.version = 1;
  say(changed);
  EXPECT_EQ(report().corrupted, 2u);
}

// ---- Counts of receipts ----

class LargeChatUser : public UserChanges {
 protected:
  LargeChatUser() { bring_online(); }

  void counts(protocol::Seq seq, std::uint32_t delivered, std::uint32_t read) {
    say(protocol::ReceiptCounts{graph_.chat_id(group_), seq, delivered, read});
  }
  void send_to_group(protocol::Seq seq) {
    user_.send(world_, group_, {50, ""}, now_, now_);
    sent(take<protocol::Send>().at(0), seq);
  }
};

TEST_F(LargeChatUser, CountsAreTicksOfSoManyMembers) {
  send_to_group(1);
  pass(milliseconds(10));
  counts(1, 1, 0);
  EXPECT_EQ(tally(Operation::kFanOut).count, 0u);
  pass(milliseconds(10));
  counts(1, 2, 1);
  counts(1, 2, 1);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 2u);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).latency.max(), 20'000'000);
  EXPECT_EQ(tally(Operation::kReceiptRead).count, 1u);
  EXPECT_EQ(tally(Operation::kFanOut).latency.max(), 20'000'000);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(LargeChatUser, CountsOfMoreThanThereAreAreViolations) {
  send_to_group(1);
  counts(1, 3, 0);
  counts(1, 1, 2);
  EXPECT_EQ(report().cursor_violations, 2u);
}

TEST_F(LargeChatUser, CountsHaveNoLatencyWhileSomebodyIsAway) {
  board_.set_offline(3);
  send_to_group(1);
  counts(1, 2, 2);
  EXPECT_EQ(tally(Operation::kReceiptDelivered).count, 0u);
}

}  // namespace
}  // namespace throng::users
