#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <random>

#include "protocol/codec.hpp"
#include "server/chat/rules.hpp"
#include "tests/server/chat/rules_world.hpp"

// Catch-up and history.
namespace throng::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Seqs first, first + 1, … last.
std::vector<Seq> range(Seq first, Seq last) {
  std::vector<Seq> seqs;
  for (Seq seq = first; seq <= last; ++seq) seqs.push_back(seq);
  return seqs;
}

// ---- Catch-up ----

TEST(RulesReading, CatchUpStartsBehindTheDeliveredCursor) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 2, 0);
  w.commit();
  w.told();
  w.attach(2);
  EXPECT_THAT(w.told(),
              ElementsAre("session 2: page message 3 1-3 from 1; through 3 of 3, unread 3"));
}

TEST(RulesReading, CatchUpHonoursWhatTheDeviceHas) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 3, 0);
  w.commit();
  w.told();
  w.attach(2, 0);
  EXPECT_EQ(seqs_in(w.page().events), range(1, 3));
  w.attach(2, 2);
  EXPECT_EQ(seqs_in(w.page().events), range(3, 3));
  w.attach(2, 3);
  EXPECT_EQ(seqs_in(w.page().events), range(1, 0));
}

TEST(RulesReading, ADeviceThatSaysItHasMoreThanThereIsGetsNothing) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.attach(2, 1'000);
  const Page page = w.page();
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.through, 3u);
  EXPECT_EQ(page.messages, 0u);
}

TEST(RulesReading, PagesAreBoundedByMessages) {
  RulesWorld w;
  const Seq last = 2 * Rules::kCatchUpPage.messages + 1;
  w.have_messages(1, last);
  std::vector<Seq> seen;
  std::vector<std::uint32_t> sizes;
  w.attach(2);
  for (bool complete = false; !complete;) {
    const Page page = w.page();
    const auto seqs = seqs_in(page.events);
    EXPECT_EQ(seqs.size(), page.messages);
    seen.insert(seen.end(), seqs.begin(), seqs.end());
    sizes.push_back(page.messages);
    complete = page.complete;
    if (!complete) w.next_page(2, page.through);
  }
  EXPECT_THAT(sizes, ElementsAre(200, 200, 1));
  EXPECT_EQ(seen, range(1, last));
  EXPECT_EQ(w.rules().counts().catch_up_pages, 3u);
  EXPECT_EQ(w.rules().counts().catch_up_messages, last);
}

TEST(RulesReading, PagesAreBoundedByBytes) {
  RulesWorld w;
  const std::string body(protocol::kMaxBodyBytes, 'x');
  for (int i = 0; i < 5; ++i) w.post(1, std::to_string(i), RulesWorld::kChat, body);
  w.commit();
  w.told();
  w.attach(2);
  const Page page = w.page();
  EXPECT_EQ(page.messages, Rules::kCatchUpPage.bytes / body.size());
  EXPECT_FALSE(page.complete);
}

TEST(RulesReading, PagesCarryTheAttemptTheyBelongTo) {
  RulesWorld w;
  w.have_messages(1, 300);
  w.handle(Attach{
      .from = w.session(2), .user = {2}, .chat = RulesWorld::kChat, .have = {}, .attempt = 5});
  const Page first = w.page();
  EXPECT_EQ(first.attempt, 5u);
  w.handle(NextPage{.from = w.session(2),
                    .user = {2},
                    .chat = RulesWorld::kChat,
                    .after = first.through,
                    .attempt = 5});
  EXPECT_EQ(w.page().attempt, 5u);
  w.handle(Attach{
      .from = w.session(9), .user = {9}, .chat = RulesWorld::kChat, .have = {}, .attempt = 6});
  EXPECT_EQ(w.page().attempt, 6u);
}

/// A session of user 2 as its shard sees it: pages first, live traffic from the last page on.
class Reader {
 public:
  explicit Reader(RulesWorld& world) : world_(world) { world_.attach(2); }

  void take_mail() {
    for (auto& [shard, effect] : world_.effects()) {
      if (const auto* page = std::get_if<Page>(&effect)) {
        see(page->events);
        live_ = page->complete;
        through_ = page->through;
      } else if (const auto* live_event = std::get_if<Deliver>(&effect); live_event && live_) {
        see(*live_event->events);
      }
    }
  }
  void ask_on() {
    if (!live_ && through_ != asked_) world_.next_page(2, asked_ = through_);
  }
  const std::vector<Seq>& seen() const { return seen_; }

 private:
  void see(const std::string& events) {
    const auto seqs = seqs_in(events);
    seen_.insert(seen_.end(), seqs.begin(), seqs.end());
  }

  RulesWorld& world_;
  std::vector<Seq> seen_;
  Seq through_ = 0;
  Seq asked_ = 0;
  bool live_ = false;
};

// What is committed while pages are read comes exactly once and in order: in a later page or, from
// the last page on, as live traffic.
TEST(RulesReading, NothingFallsBetweenCatchUpAndLive) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 100; ++round) {
    RulesWorld w;
    w.have_messages(1, 300);
    Reader reader(w);
    for (Seq posted = 300; posted < 900;) {
      for (auto n = random() % 20; n > 0; --n) w.post(1, std::to_string(++posted));
      w.begin_commit();
      if (random() % 2) w.keep();
      if (random() % 3 == 0) reader.take_mail();
      if (random() % 4 == 0) reader.ask_on();
      if (random() % 2) w.end_commit();
    }
    w.end_commit();
    w.commit();
    for (int i = 0; i < 6; ++i) {
      reader.take_mail();
      reader.ask_on();
    }
    ASSERT_EQ(reader.seen(), range(1, w.log().last_seq(RulesWorld::kChat)));
  }
}

// What the log has already, but the rules weren't told of, comes as live traffic: it would come
// twice if a page had it.
TEST(RulesReading, UncommittedMessagesAreInNoPage) {
  RulesWorld w;
  w.have_messages(1, 1);
  w.post(1, "a");
  w.begin_commit();
  w.keep();
  w.attach(2);
  const Page page = w.page();
  EXPECT_EQ(seqs_in(page.events), range(1, 1));
  EXPECT_EQ(page.state.last, 1u);
  EXPECT_EQ(page.state.unread, 1u);
  w.end_commit();
  EXPECT_EQ(w.take<Deliver>().size(), 1u);
}

TEST(RulesReading, NoMemberGetsAnEmptyPageThatSaysSo) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.attach(9);
  w.attach(1, std::nullopt, {99});
  EXPECT_THAT(w.told(), ElementsAre("session 9: page of no member through 0 of 0, unread 0",
                                    "session 1: page of no member through 0 of 0, unread 0"));
}

TEST(RulesReading, WhoJoinedSeesNothingFromBefore) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {4}, {});
  w.commit();
  w.have_messages(1, 2);
  w.attach(4, 0);
  const Page page = w.page();
  EXPECT_EQ(seqs_in(page.events), range(4, 5));
  EXPECT_EQ(page.state.unread, 2u);
}

TEST(RulesReading, WhoLeavesWhileCatchingUpGetsWhatWasSentUntilThen) {
  RulesWorld w;
  w.have_messages(1, 250);
  w.attach(2);
  const Page first = w.page();
  w.change(1, {}, {2});
  w.commit();
  w.have_messages(1, 10);
  w.next_page(2, first.through);
  const Page last = w.page();
  EXPECT_EQ(seqs_in(last.events), range(201, 250));
  EXPECT_TRUE(last.complete);
  EXPECT_FALSE(last.member);
  EXPECT_EQ(last.state.last, 250u);
}

TEST(RulesReading, WhoLeftAndCameBackSeesNothingOfTheTimeBetween) {
  RulesWorld w;
  w.have_messages(1, 250);
  w.attach(2);
  const Page first = w.page();
  w.change(1, {}, {2});
  w.commit();
  w.have_messages(1, 10);
  w.change(1, {2}, {});
  w.commit();
  w.have_messages(1, 5);
  w.next_page(2, first.through);
  EXPECT_EQ(seqs_in(w.page().events), range(261, 265));
  w.attach(2, 0);
  EXPECT_EQ(seqs_in(w.page().events), range(261, 265));
}

// A join is told when it is durable, and a leave too: until then sessions see who is there.
TEST(RulesReading, WhoIsJustJoiningWaitsForTheCommit) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {4}, {});
  w.attach(4, 0);
  EXPECT_THAT(w.told(), ElementsAre("session 4: page of no member through 0 of 0, unread 0"));
  w.commit(Outcome::kLost);
  w.attach(4, 0);
  EXPECT_FALSE(w.page().member);
}

TEST(RulesReading, WhoIsJustLeavingIsThereUntilTheCommit) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {}, {2});
  w.attach(2, 0);
  const Page page = w.page();
  EXPECT_TRUE(page.member);
  EXPECT_EQ(page.state.last, 3u);
  w.commit(Outcome::kLost);
  w.attach(2, 0);
  EXPECT_TRUE(w.page().member);
  w.change(1, {}, {2});
  w.commit();
  w.attach(2, 0);
  EXPECT_FALSE(w.page().member);
}

TEST(RulesReading, WhoIsJustJoiningAndLeavingIsNotThere) {
  RulesWorld w;
  w.change(1, {4}, {4});
  w.attach(4);
  EXPECT_FALSE(w.page().member);
  w.change(1, {}, {2});
  w.change(1, {2}, {});  // the pages of his new stretch come with the next attach
  w.attach(2);
  EXPECT_FALSE(w.page().member);
}

TEST(RulesReading, NextPageOfAStrangerIsNotAnswered) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.next_page(9, 0);
  w.next_page(1, 0, {99});
  EXPECT_THAT(w.told(), IsEmpty());
}

TEST(RulesReading, LastPageCarriesTheCursorsOfOthers) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.mark(2, 2, 1);
  w.mark(1, 2, 2);
  w.commit();
  w.told();
  w.attach(1, 2);  // 3 said nothing yet, and nobody is told of his own cursor
  EXPECT_THAT(w.told(), ElementsAre("session 1: page receipt of 2: 2/1; through 2 of 2, unread 0"));
}

TEST(RulesReading, CursorsInPagesAreDurable) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 1, 0);
  w.commit();
  w.mark(2, 2, 2);
  w.begin_commit();
  w.mark(2, 3, 3);
  w.told();
  w.attach(1, 3);
  EXPECT_THAT(w.told(), ElementsAre("session 1: page receipt of 2: 1/0; through 3 of 3, unread 0"));
  w.attach(2);
  const Page own = w.page();
  EXPECT_EQ(own.state.delivered, 1u);
  EXPECT_EQ(own.state.read, 0u);
  EXPECT_EQ(own.state.unread, 3u);
  w.end_commit();
  w.attach(2);
  EXPECT_EQ(w.page().state.read, 2u);
}

TEST(RulesReading, CursorsOfWhoLeftAreNotShown) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.mark(2, 2, 1);
  w.change(1, {}, {2});
  w.commit();
  w.told();
  w.attach(1, 2);
  EXPECT_THAT(w.told(), ElementsAre("session 1: page through 2 of 2, unread 0"));
}

TEST(RulesReading, LargeChatsHaveNoReceiptsInPages) {
  std::vector<std::uint64_t> members;
  for (std::uint64_t user = 1; user <= Conversation::kReceiptMembers; ++user)
    members.push_back(user);
  RulesWorld w(members);
  w.have_messages(1, 1);
  w.mark(2, 1, 1);
  w.commit();
  w.told();
  w.attach(1, 1);
  EXPECT_THAT(w.told(), ElementsAre("session 1: page receipt of 2: 1/1; through 1 of 1, unread 0"));
  w.change(1, {1000}, {});
  w.commit();
  w.told();
  w.attach(1, 1);
  EXPECT_THAT(w.told(), ElementsAre("session 1: page through 1 of 1, unread 0"));
  w.change(1, {}, {1000});  // who was there once doesn't count
  w.commit();
  w.told();
  w.attach(1, 1);
  EXPECT_THAT(w.told(), ElementsAre("session 1: page receipt of 2: 1/1; through 1 of 1, unread 0"));
}

// ---- Unread counts (S11) ----

TEST(RulesReading, UnreadCountsEqualARecount) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 30; ++round) {
    RulesWorld w;
    std::vector<std::uint64_t> senders;
    for (auto n = random() % 60; n > 0; --n) {
      senders.push_back(1 + random() % 3);
      w.post(senders.back(), std::to_string(n));
      if (random() % 4 == 0) w.commit();
    }
    w.commit();
    const Seq read = random() % (senders.size() + 1);
    w.mark(2, 0, read);
    w.commit();
    w.told();
    w.attach(2);
    const Page page = w.page();
    const auto unread = std::count_if(senders.begin() + static_cast<std::ptrdiff_t>(read),
                                      senders.end(), [](auto sender) { return sender != 2; });
    ASSERT_EQ(page.state.unread, unread);
    ASSERT_EQ(page.state.read, read);
    ASSERT_EQ(page.state.last, senders.size());
  }
}

TEST(RulesReading, CountingUnreadStopsAtItsLimit) {
  RulesWorld w;
  w.have_messages(1, protocol::kMaxUnread + 5);
  w.attach(2, protocol::kMaxUnread + 5);
  EXPECT_EQ(w.page().state.unread, protocol::kMaxUnread);
}

// ---- History ----

/// All pages of a history, newest first.
std::vector<Seq> read_all(
    RulesWorld& w, std::uint64_t user, std::uint32_t limit,
    const std::function<void()>& between = [] {}) {
  std::vector<Seq> seqs;
  protocol::Decoder decoder;
  std::string token;
  do {
    w.fetch(user, token, limit);
    const auto answers = w.take<Answer>();
    const auto event = decoder.server_event(decoder.padded(answers.at(0).json));
    const auto& history = std::get<protocol::History>(*event);
    EXPECT_LE(history.messages.size(), limit);
    for (const auto& m : history.messages) seqs.push_back(m.seq);
    token = history.next;
    between();
  } while (!token.empty());
  return seqs;
}

std::vector<Seq> falling(Seq first, Seq last) {
  auto seqs = range(last, first);
  std::ranges::reverse(seqs);
  return seqs;
}

TEST(RulesReading, HistoryComesNewestFirstInPages) {
  RulesWorld w;
  w.have_messages(1, 7);
  w.fetch(2, {}, 3);
  EXPECT_THAT(w.told(), ElementsAre("session 2: history 7 6 5 and more"));
  EXPECT_EQ(read_all(w, 2, 3), falling(7, 1));
  EXPECT_EQ(read_all(w, 2, 7), falling(7, 1));
  EXPECT_EQ(read_all(w, 2, 1), falling(7, 1));
}

TEST(RulesReading, HistoryPagesStandStillWhileMessagesCome) {
  RulesWorld w;
  w.have_messages(1, 20);
  EXPECT_EQ(read_all(w, 2, 6, [&] { w.have_messages(1, 4); }), falling(20, 1));
}

TEST(RulesReading, HistoryOfAnEmptyChatIsEmpty) {
  RulesWorld w;
  w.fetch(2);
  EXPECT_THAT(w.told(), ElementsAre("session 2: history"));
}

TEST(RulesReading, HistoryStaysWithinTheFences) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {4}, {});
  w.commit();
  w.have_messages(1, 2);
  w.change(1, {}, {4});
  w.commit();
  w.have_messages(1, 2);
  EXPECT_EQ(read_all(w, 4, 1), falling(5, 4));
  w.fetch(4, w.pagination().token(RulesWorld::kChat, 8));
  EXPECT_THAT(w.told(), ElementsAre("session 4: history 5 4"));
  w.fetch(4, w.pagination().token(RulesWorld::kChat, 3));
  EXPECT_THAT(w.told(), ElementsAre("session 4: history"));
}

TEST(RulesReading, HistoryHidesWhatIsNotCommitted) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.post(1, "a");
  w.change(1, {}, {2});
  w.commit(Outcome::kUnknown);  // the log has it at 3, but that may become another message
  w.told();
  w.post(1, "b");
  w.change(1, {}, {2});
  w.begin_commit();
  for (const std::uint64_t user : {1, 2}) w.fetch(user);
  EXPECT_THAT(w.told(), ElementsAre("session 1: history 2 1", "session 2: history 2 1"));
}

TEST(RulesReading, StrangersHaveNoHistoryButAdminsDo) {
  RulesWorld w;
  w.have_messages(1, 2);
  FetchHistory fetch{.from = w.session(9),
                     .user = {9},
                     .operates = false,
                     .chat = RulesWorld::kChat,
                     .pagination_token = {},
                     .limit = 50,
                     .ref = "r1"};
  w.handle(fetch);
  fetch.operates = true;
  w.handle(fetch);
  fetch.chat = {99};
  w.handle(fetch);
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member r1", "session 9: history 2 1",
                                    "session 9: no_such_chat r1"));
}

TEST(RulesReading, TokensOfOtherChatsAndSecretsAreRefused) {
  RulesWorld w;
  w.have_messages(1, 5);
  w.have_chat({8}, {1, 2});
  w.have_messages(1, 5, {8});
  w.fetch(2, w.pagination().token({8}, 3));
  w.fetch(2, Pagination("another secret").token(RulesWorld::kChat, 3));
  w.fetch(2, "nonsense");
  EXPECT_THAT(w.told(), ElementsAre("session 2: bad_pagination", "session 2: bad_pagination",
                                    "session 2: bad_pagination"));
  w.fetch(2, w.pagination().token(RulesWorld::kChat, 3));
  EXPECT_THAT(w.told(), ElementsAre("session 2: history 2 1"));
}

// ---- What is kept no longer ----

TEST(RulesReading, CatchUpTellsWhatIsGoneAndGoesOnAboveIt) {
  RulesWorld w;
  w.have_messages(1, 10);
  ASSERT_FALSE(w.log().remove_below(RulesWorld::kChat, 5));
  w.attach(2, 2);
  const Page page = w.page();
  EXPECT_TRUE(page.events.starts_with("{\"op\":\"trimmed\",\"chat\":7,\"first\":5}\n"))
      << page.events;
  EXPECT_EQ(seqs_in(page.events.substr(page.events.find('\n') + 1)), range(5, 10));
  EXPECT_EQ(page.state.unread, 6u) << "only what is there counts";
}

TEST(RulesReading, NothingIsGoneForWhoHasItAll) {
  RulesWorld w;
  w.have_messages(1, 10);
  ASSERT_FALSE(w.log().remove_below(RulesWorld::kChat, 5));
  w.attach(2, 4);
  EXPECT_EQ(seqs_in(w.page().events), range(5, 10));
}

TEST(RulesReading, AllThatThereWasCanBeGone) {
  RulesWorld w;
  w.have_messages(1, 10);
  ASSERT_FALSE(w.log().remove_below(RulesWorld::kChat, 11));
  w.attach(2, 2);
  const Page page = w.page();
  EXPECT_EQ(page.events, "{\"op\":\"trimmed\",\"chat\":7,\"first\":11}");
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.state.last, 10u);
  EXPECT_EQ(page.state.unread, 0u);
  w.attach(2, 10);
  EXPECT_EQ(w.page().events, "");
}

TEST(RulesReading, SeqsGoOnAfterEverythingIsGoneAndAfterARestart) {
  RulesWorld w;
  w.have_messages(1, 10);
  ASSERT_FALSE(w.log().remove_below(RulesWorld::kChat, 11));
  w.restart();
  w.post(1, "a");
  w.commit();
  EXPECT_EQ(w.log().last_seq(RulesWorld::kChat), 11u);
}

TEST(RulesReading, HistoryEndsWhereItIsKeptFrom) {
  RulesWorld w;
  w.have_messages(1, 10);
  ASSERT_FALSE(w.log().remove_below(RulesWorld::kChat, 5));
  w.fetch(2, {}, 6);
  const std::string json = w.take<Answer>().at(0).json;
  EXPECT_EQ(json.find("\"next\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"seq\":5,"), std::string::npos) << json;
}

}  // namespace
}  // namespace throng::chat
