#include "loadgen/transport/websocket_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "protocol/codec.hpp"
#include "protocol/events.hpp"
#include "tests/loadgen/transport/loopback_peer.hpp"

namespace throng::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Connection = LoopbackPeer::Connection;
using Item = protocol::FrameReader::Item;

constexpr auto kPatience = std::chrono::seconds(20);

struct Closed {
  LinkId link;
  CloseReason reason;
  std::uint16_t code;
  bool operator==(const Closed&) const = default;
};

struct Recorder final : TransportListener {
  void on_open(LinkId link) override {
    opened.push_back(link);
    if (then_open) then_open(link);
  }
  void on_text(LinkId link, std::string_view text) override {
    texts.emplace_back(text);
    if (then_text) then_text(link);
  }
  void on_closed(LinkId link, CloseReason reason, std::uint16_t code) override {
    closed.push_back({link, reason, code});
  }

  std::vector<LinkId> opened;
  std::vector<std::string> texts;
  std::vector<Closed> closed;
  std::function<void(LinkId)> then_open;
  std::function<void(LinkId)> then_text;
};

std::string frame(protocol::Opcode opcode, std::string_view payload) {
  std::string bytes;
  protocol::append_frame(bytes, opcode, payload);
  return bytes;
}

/// While it lives, the process can open no more descriptors than it has open.
class FewDescriptors {
 public:
  FewDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    const int next = dup(STDERR_FILENO);  // the lowest that is free
    close(next);
    few.rlim_cur = static_cast<rlim_t>(next);
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

class WebSocketTransportTest : public testing::Test {
 protected:
  void serve(std::function<void(Connection&)> on_connection) {
    peer_.emplace(io_, std::move(on_connection));
  }
  void serve_frames(std::function<void(Connection&, const Item&)> on_item) {
    serve([on_item](Connection& connection) { serve_websocket(connection, on_item); });
  }

  WebSocketTransport& transport(std::size_t links = 1) {
    options_.target = *parse_target(peer_->url());
    options_.endpoint = peer_->endpoint();
    transport_ = std::make_unique<WebSocketTransport>(loop_, options_, heard_, links);
    return *transport_;
  }

  bool run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done() && std::chrono::steady_clock::now() < deadline) turn();
    return done();
  }

  /// Of the peer's loop and of ours.
  void turn() {
    io_.poll();
    const pacing::TimePoint now = clock_.now();
    loop_.wait(now, now + std::chrono::microseconds(200));
    loop_.serve();
    loop_.end_turn();
  }

  pacing::SteadyClock clock_;
  EventLoop loop_{clock_};
  boost::asio::io_context io_{1};
  WebSocketOptions options_;
  Recorder heard_;
  std::optional<LoopbackPeer> peer_;
  std::unique_ptr<WebSocketTransport> transport_;
};

void echo(Connection& connection, const Item& item) {
  if (item.kind == Item::Kind::kText) {
    connection.write(frame(protocol::Opcode::kText, item.payload));
  }
}

TEST_F(WebSocketTransportTest, OpensAndCarriesTextBothWays) {
  serve_frames(echo);
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, R"({"op":"ping"})"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.texts.empty(); }));
  EXPECT_THAT(heard_.opened, ElementsAre(0u));
  EXPECT_THAT(heard_.texts, ElementsAre(R"({"op":"ping"})"));
  EXPECT_THAT(heard_.closed, IsEmpty());
}

TEST_F(WebSocketTransportTest, SendsWhatGathersInATurnAsOneMessage) {
  serve_frames(echo);
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) {
    for (const char* json : {"{1}", "{2}", "{3}"}) links.send(link, json);
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.texts.empty(); }));
  EXPECT_THAT(heard_.texts, ElementsAre("{1}\n{2}\n{3}"));
}

TEST_F(WebSocketTransportTest, SplitsWhatIsMoreThanTheServerTakesInOneMessage) {
  serve_frames(echo);
  WebSocketTransport& links = transport();
  const std::string json(10'000, 'x');
  heard_.then_open = [&](LinkId link) {
    for (int i = 0; i < 7; ++i) links.send(link, json);
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return heard_.texts.size() == 2; }));
  EXPECT_EQ(heard_.texts[0].size(), 6 * json.size() + 5);
  EXPECT_EQ(heard_.texts[1].size(), json.size());
}

TEST_F(WebSocketTransportTest, PutsLargeMessagesTogether) {
  const std::string large(1'000'000, 'y');
  serve_frames([&](Connection& connection, const Item&) {
    auto pieces = std::make_shared<std::string>(frame(protocol::Opcode::kText, large) +
                                                frame(protocol::Opcode::kText, "next"));
    boost::asio::async_write(connection.socket(), boost::asio::buffer(*pieces),
                             [pieces](boost::system::error_code, std::size_t) {});
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return heard_.texts.size() == 2; }));
  EXPECT_EQ(heard_.texts[0], large);
  EXPECT_EQ(heard_.texts[1], "next");
}

TEST_F(WebSocketTransportTest, PutsFragmentsTogetherWithPaddingBehindThem) {
  serve_frames([&](Connection& connection, const Item&) {
    std::string first = frame(protocol::Opcode::kText, R"({"op":"pong",)");
    first[0] &= 0x7f;  // not the last one
    connection.write(first + frame(protocol::Opcode::kContinuation, R"("time":17})"));
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.texts.empty(); }));
  EXPECT_THAT(heard_.texts, ElementsAre(R"({"op":"pong","time":17})"));
}

TEST_F(WebSocketTransportTest, AnswersPings) {
  std::string pong;
  serve_frames([&](Connection& connection, const Item& item) {
    if (item.kind == Item::Kind::kText) {
      connection.write(frame(protocol::Opcode::kPing, "are you there"));
    }
    if (item.kind == Item::Kind::kPong) pong = item.payload;
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !pong.empty(); }));
  EXPECT_EQ(pong, "are you there");
}

TEST_F(WebSocketTransportTest, SaysGoodbyeAfterWhatWasSent) {
  std::vector<std::string> got;
  std::uint16_t code = 0;
  serve_frames([&](Connection&, const Item& item) {
    if (item.kind == Item::Kind::kText) got.emplace_back(item.payload);
    if (item.kind == Item::Kind::kClose) code = item.close_code;
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) {
    links.send(link, "last words");
    links.close(link);
    links.send(link, "too late");
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return code != 0 && !heard_.closed.empty(); }));
  EXPECT_THAT(got, ElementsAre("last words"));
  EXPECT_EQ(code, 1000);
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByUs, 0}));
}

TEST_F(WebSocketTransportTest, OpensAgainWhileTheOldSocketWaitsForTheGoodbye) {
  serve_frames(echo);  // never answers a close
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) {
    if (heard_.opened.size() == 1) links.close(link);
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  links.open(0);
  ASSERT_TRUE(run_until([&] { return heard_.opened.size() == 2; }));
}

TEST_F(WebSocketTransportTest, ResetsADroppedConnection) {
  Connection* peer_side = nullptr;
  serve([&](Connection& connection) {
    peer_side = &connection;
    serve_websocket(connection, [](Connection&, const Item&) {});
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.drop(link); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty() && peer_side->ended; }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByUs, 0}));
  EXPECT_EQ(peer_side->ended, boost::asio::error::connection_reset);
}

TEST_F(WebSocketTransportTest, TellsThePeersCloseCode) {
  std::optional<std::uint16_t> answered;
  serve_frames([&](Connection& connection, const Item& item) {
    if (item.kind == Item::Kind::kText) {
      connection.write(
          frame(protocol::Opcode::kClose, protocol::close_payload(4008, "going away")));
    }
    if (item.kind == Item::Kind::kClose) answered = item.close_code;
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty() && answered; }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByPeer, 4008}));
  EXPECT_EQ(answered, 4008);
}

TEST_F(WebSocketTransportTest, TellsOfALostConnection) {
  serve_frames([](Connection& connection, const Item&) { connection.close(); });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByPeer, 0}));
}

TEST_F(WebSocketTransportTest, TellsOfAnEndThatCameWithTheLastWords) {
  serve_frames([](Connection& connection, const Item&) {
    connection.write(frame(protocol::Opcode::kText, "last words"));
    connection.close();
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.texts, ElementsAre("last words"));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByPeer, 0}));
}

TEST_F(WebSocketTransportTest, EndsALinkWhosePeerBreaksTheProtocol) {
  serve_frames([](Connection& connection, const Item& item) {
    if (item.kind == Item::Kind::kText) connection.write("\x83\x01x");  // a reserved opcode
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_EQ(heard_.closed[0].reason, CloseReason::kProtocol);
}

TEST_F(WebSocketTransportTest, TellsARefusal) {
  serve(nullptr);
  WebSocketTransport& links = transport();
  peer_.reset();
  links.open(0);
  EXPECT_THAT(heard_.closed, IsEmpty()) << "a listener is never called from inside a call";
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kRefused, 0}));
}

TEST_F(WebSocketTransportTest, TellsThatNoDescriptorIsLeft) {
  serve(nullptr);
  WebSocketTransport& links = transport();
  const FewDescriptors none_left;
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kNoDescriptor, 0}));
}

TEST_F(WebSocketTransportTest, GivesUpLingeringSocketsWhenNoDescriptorIsLeft) {
  serve_frames(echo);  // never answers a close
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.close(link); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  const FewDescriptors none_left;
  links.open(0);
  turn();
  EXPECT_THAT(heard_.closed, SizeIs(1)) << "it connects with the descriptor that was lingering";
}

TEST_F(WebSocketTransportTest, TellsThatNoPortIsLeft) {
  serve(nullptr);
  options_.sources.push_back(boost::asio::ip::make_address("192.0.2.1"));  // of nobody here
  transport().open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kNoPort, 0}));
}

TEST_F(WebSocketTransportTest, TellsThatThereIsNoWay) {
  serve(nullptr);
  WebSocketOptions options;
  options.target = *parse_target("ws://255.255.255.255:1");
  options.endpoint = *resolve(options.target);  // TCP has no broadcast
  WebSocketTransport links(loop_, options, heard_, 1);
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kUnreachable, 0}));
}

TEST_F(WebSocketTransportTest, TellsARejectedUpgrade) {
  serve([](Connection& connection) {
    connection.read([](Connection& self, std::string_view bytes) {
      if (!bytes.empty()) self.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
  });
  transport().open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kRejected, 0}));
}

TEST_F(WebSocketTransportTest, GivesUpOnAnUpgradeThatIsNotAnswered) {
  serve([](Connection&) {});
  options_.handshake_timeout = std::chrono::milliseconds(20);
  transport().open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kTimeout, 0}));
}

TEST_F(WebSocketTransportTest, BoundsWhatWaitsForAPeerThatDoesNotRead) {
  serve_frames(echo);  // which can't read before then_open has returned
  options_.max_unsent_bytes = 256 * 1024;
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) {
    const std::string json(32 * 1024, 'z');
    for (int i = 0; i < 2'000; ++i) links.send(link, json);
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kSlowPeer, 0}));
}

TEST_F(WebSocketTransportTest, SendsTheRestOnceTheKernelTakesMore) {
  std::size_t bytes = 0;
  serve_frames([&](Connection&, const Item& item) { bytes += item.payload.size(); });
  options_.max_unsent_bytes = std::size_t{64} << 20;
  WebSocketTransport& links = transport();
  const std::string json(60 * 1024, 'z');
  heard_.then_open = [&](LinkId link) {
    for (int i = 0; i < 300; ++i) links.send(link, json);
  };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return bytes == 300 * json.size(); }));
  EXPECT_THAT(heard_.closed, IsEmpty());
}

TEST_F(WebSocketTransportTest, SurvivesALinkThatIsDroppedByItsOwnMessage) {
  serve_frames([](Connection& connection, const Item& item) {
    if (item.kind != Item::Kind::kText) return;
    connection.write(frame(protocol::Opcode::kText, "one") + frame(protocol::Opcode::kText, "two"));
  });
  WebSocketTransport& links = transport();
  heard_.then_open = [&](LinkId link) { links.send(link, "go"); };
  heard_.then_text = [&](LinkId link) { links.drop(link); };
  links.open(0);
  ASSERT_TRUE(run_until([&] { return !heard_.closed.empty(); }));
  EXPECT_THAT(heard_.texts, ElementsAre("one"));
  EXPECT_THAT(heard_.closed, ElementsAre(Closed{0, CloseReason::kByUs, 0}));
}

TEST_F(WebSocketTransportTest, ConnectsFromTheSourcesInTurn) {
  std::vector<std::string> sources;
  serve([&](Connection& connection) {
    sources.push_back(connection.socket().remote_endpoint().address().to_string());
  });
  for (const char* source : {"127.0.0.2", "127.0.0.3"}) {
    options_.sources.push_back(boost::asio::ip::make_address(source));
  }
  WebSocketTransport& links = transport(4);
  for (LinkId link = 0; link < 4; ++link) links.open(link);
  ASSERT_TRUE(run_until([&] { return sources.size() == 4; }));
  EXPECT_THAT(sources,
              testing::UnorderedElementsAre("127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"));
}

}  // namespace
}  // namespace throng::transport
