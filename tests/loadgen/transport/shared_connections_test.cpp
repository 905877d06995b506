#include "loadgen/transport/shared_connections.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace throng::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kPerConnection = 4;
constexpr std::size_t kLinks = 6;

/// What the shared connections do with the transport below them.
class Inner final : public Transport {
 public:
  explicit Inner(std::vector<std::string>& calls) : calls_(calls) {}

  void open(LinkId link) override { calls_.push_back(fmt::format("open {}", link)); }
  void send(LinkId link, std::string_view json) override {
    calls_.push_back(fmt::format("send {} {}", link, json));
  }
  void close(LinkId link) override { calls_.push_back(fmt::format("close {}", link)); }
  void drop(LinkId link) override { calls_.push_back(fmt::format("drop {}", link)); }
  void freeze(LinkId link, bool) override { calls_.push_back(fmt::format("freeze {}", link)); }

 private:
  std::vector<std::string>& calls_;
};

std::string on_session(std::uint64_t session, std::string_view events) {
  return fmt::format("{{\"op\":\"session\",\"session\":{}}}\n{}", session, events);
}

class SharedConnectionsTest : public testing::Test, private TransportListener {
 protected:
  /// Opens them on a connection that is there in the end.
  void open_all(std::initializer_list<LinkId> links, LinkId connection = 0) {
    for (const LinkId link : links) shared_.open(link);
    below_->on_open(connection);
    told_.clear();
    calls_.clear();
  }
  void pass_turn() {
    for (const auto& task : std::exchange(soon_, {})) task();
  }
  std::vector<std::string> take_calls() { return std::exchange(calls_, {}); }
  std::vector<std::string> take_told() { return std::exchange(told_, {}); }

  std::function<void()> when_closed_;
  std::vector<std::function<void()>> soon_;
  TransportListener* below_ = nullptr;  ///< hears of the connections

 private:
  void on_open(LinkId link) override { told_.push_back(fmt::format("open {}", link)); }
  void on_text(LinkId link, std::string_view text) override {
    told_.push_back(fmt::format("text {} {}", link, text));
  }
  void on_closed(LinkId link, CloseReason reason, std::uint16_t close_code) override {
    told_.push_back(fmt::format("closed {} {} {}", link, close_reason_name(reason), close_code));
    if (when_closed_) when_closed_();
  }

  std::vector<std::string> calls_;
  std::vector<std::string> told_;

 protected:
  SharedConnections shared_{
      kLinks, kPerConnection, *this,
      [this](TransportListener& listener) {
        below_ = &listener;
        return std::make_unique<Inner>(calls_);
      },
      [this](std::function<void()> task) { soon_.push_back(std::move(task)); }};
};

TEST_F(SharedConnectionsTest, AreAsManyAsHoldAllLinks) {
  EXPECT_EQ(SharedConnections::connections_for(8, 4), 2u);
  EXPECT_EQ(SharedConnections::connections_for(9, 4), 3u);
  EXPECT_EQ(SharedConnections::connections_for(0, 4), 0u);
}

TEST_F(SharedConnectionsTest, AreMadeForTheFirstLink) {
  shared_.open(1);
  shared_.open(2);
  shared_.open(5);
  EXPECT_THAT(take_calls(), ElementsAre("open 0", "open 1"));
  below_->on_open(0);
  EXPECT_THAT(take_told(), ElementsAre("open 1", "open 2"));
  below_->on_open(1);
  EXPECT_THAT(take_told(), ElementsAre("open 5"));
}

TEST_F(SharedConnectionsTest, AreThereForTheNextLinkInTheNextTurn) {
  open_all({1});
  shared_.open(2);
  EXPECT_THAT(take_calls(), IsEmpty());
  EXPECT_THAT(take_told(), IsEmpty()) << "not from inside the call";
  EXPECT_EQ(soon_.size(), 1u);
  pass_turn();
  EXPECT_THAT(take_told(), ElementsAre("open 2"));
}

TEST_F(SharedConnectionsTest, SayWhoseEventItIs) {
  open_all({1, 5}, 0);
  shared_.send(1, "{}");
  EXPECT_THAT(take_calls(), ElementsAre("send 0 " + on_session(kPerConnection + 1, "{}")));
  shared_.send(5, "{}");
  EXPECT_THAT(take_calls(), IsEmpty()) << "not open yet";
}

TEST_F(SharedConnectionsTest, TellEachLinkWhatIsForIt) {
  open_all({0, 1});
  below_->on_text(0, on_session(kPerConnection, "a\nb\n") + on_session(kPerConnection + 1, "c\n"));
  EXPECT_THAT(take_told(), ElementsAre("text 0 a\nb\n", "text 1 c\n"));
}

TEST_F(SharedConnectionsTest, TellNobodyWhatIsForNobody) {
  open_all({0, 1});
  below_->on_text(0, "a\n" + on_session(kPerConnection + 2, "b\n") + on_session(1, "c\n") +
                         on_session(2 * kPerConnection, "d\n") +
                         on_session(1'000'000'000'000, "e"));
  EXPECT_THAT(take_told(), IsEmpty());
}

TEST_F(SharedConnectionsTest, LetALinkLeave) {
  open_all({0, 1});
  shared_.close(0);
  EXPECT_THAT(take_calls(),
              ElementsAre("send 0 " + on_session(kPerConnection, R"({"op":"leave"})")));
  EXPECT_THAT(take_told(), IsEmpty()) << "not from inside the call";
  pass_turn();
  EXPECT_THAT(take_told(), ElementsAre("closed 0 closed_by_us 0"));
  below_->on_text(0, on_session(kPerConnection, "late\n"));
  EXPECT_THAT(take_told(), IsEmpty());
  shared_.close(0);
  EXPECT_THAT(take_calls(), IsEmpty()) << "it is closed";
}

TEST_F(SharedConnectionsTest, NameALinkAnewEachTime) {
  open_all({0, 1});
  shared_.drop(0);
  shared_.open(0);
  pass_turn();
  EXPECT_THAT(take_told(), ElementsAre("closed 0 closed_by_us 0", "open 0"));
  below_->on_text(0, on_session(kPerConnection, "to the one before\n") +
                         on_session(2 * kPerConnection, "to this one\n"));
  EXPECT_THAT(take_told(), ElementsAre("text 0 to this one\n"));
}

TEST_F(SharedConnectionsTest, AreClosedBehindTheLastLink) {
  open_all({0, 1});
  shared_.close(0);
  take_calls();
  shared_.close(1);
  EXPECT_THAT(take_calls(), ElementsAre(testing::HasSubstr("leave"), "close 0"));
  below_->on_closed(0, CloseReason::kByUs, 0);
  EXPECT_THAT(take_told(), ElementsAre("closed 0 closed_by_us 0", "closed 1 closed_by_us 0"));
  shared_.open(1);
  EXPECT_THAT(take_calls(), ElementsAre("open 0"));
}

TEST_F(SharedConnectionsTest, AreMadeAgainForWhoCameWhileTheyWereClosing) {
  open_all({0});
  shared_.close(0);
  shared_.open(1);
  take_calls();
  below_->on_closed(0, CloseReason::kByUs, 0);
  EXPECT_THAT(take_calls(), ElementsAre("open 0"));
  EXPECT_THAT(take_told(), ElementsAre("closed 0 closed_by_us 0"));
  below_->on_open(0);
  EXPECT_THAT(take_told(), ElementsAre("open 1"));
}

TEST_F(SharedConnectionsTest, TakeAllTheirLinksWithThem) {
  open_all({0, 1, 2});
  shared_.open(5);
  below_->on_closed(0, CloseReason::kByPeer, 1001);
  EXPECT_THAT(take_told(),
              ElementsAre("closed 0 closed 1001", "closed 1 closed 1001", "closed 2 closed 1001"));
  below_->on_closed(1, CloseReason::kRefused, 0);
  EXPECT_THAT(take_told(), ElementsAre("closed 5 refused 0"));
}

TEST_F(SharedConnectionsTest, CanBeOpenedAgainByWhoHearsThatTheyEnded) {
  open_all({0, 1});
  when_closed_ = [this] {
    when_closed_ = nullptr;
    shared_.open(1);
  };
  below_->on_closed(0, CloseReason::kByPeer, 0);
  EXPECT_THAT(take_calls(), ElementsAre("open 0"));
  take_told();
  below_->on_open(0);
  EXPECT_THAT(take_told(), ElementsAre("open 1"));
}

TEST_F(SharedConnectionsTest, DoNotTellOfAnOpeningThatIsPast) {
  open_all({0, 1});
  shared_.open(2);
  below_->on_closed(0, CloseReason::kByPeer, 0);
  EXPECT_THAT(take_told(),
              ElementsAre("open 2", "closed 0 closed 0", "closed 1 closed 0", "closed 2 closed 0"));
  pass_turn();
  EXPECT_THAT(take_told(), IsEmpty());
}

}  // namespace
}  // namespace throng::transport
