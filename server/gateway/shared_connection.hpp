#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/session_line.hpp"
#include "server/gateway/wire.hpp"

namespace throng::gateway {

/// A connection that carries the sessions of many users, on the shard that accepted it. Each of
/// them is on its user's home shard and knows this one as its lane.
class SharedConnection final : private WireOwner {
 public:
  struct Key {
    std::uint32_t slot;
    std::uint32_t generation;
  };

  SharedConnection(Services& services, Key self, Socket socket);
  ~SharedConnection();

  /// What came before it was there: its first message, and bytes behind that.
  void start(std::string_view first_message, std::string early_bytes);
  void on_ready(const SocketSet::Ready& ready) { wire_.on_ready(ready); }

  void on_opened(const cluster::LaneOpened& news);
  void on_output(cluster::LaneOutput& output);
  void on_ended(const cluster::LaneEnded& news);
  void on_taken(const cluster::LaneTaken& news);

  /// Writes what has gathered.
  void flush() override;
  /// Takes an ended one out of everything that knows it. It is destroyed next.
  void depart();
  /// Each second: closes what has been silent or closing for too long.
  void sweep();
  /// The server is going down: closes once its sessions have ended.
  void leave();

 private:
  enum class Phase : std::uint8_t {
    kWaiting,  ///< its hello is served when fewer are catching up
    kOpening,  ///< on its way to its home
    kOpen,
    kRefused,  ///< it said too much too soon, and is cut once it is known
  };
  struct State {
    Phase phase = Phase::kWaiting;
    bool catching_up = false;
    chat::ShardIndex home = 0;
    chat::ClientRef session;  ///< once it is open
    std::string early;        ///< what came for it until then
  };
  using Lanes = boost::unordered_flat_map<protocol::SessionNumber, State>;

  // WireOwner
  void on_heard() override { last_heard_ = services_.now; }
  void on_text(std::string_view text) override;
  void on_binary() override { close(protocol::Error::kBadJson); }
  void on_bad_frame(protocol::Error error) override { close(error); }
  void will_flush() override;
  void on_drained() override;
  void on_broken() override;
  bool is_over() const override { return over_; }

  void take(protocol::SessionNumber number, std::string_view events);
  void welcome(protocol::SessionNumber number, std::string_view events);
  void keep_early(Lanes::iterator lane, std::string_view events);
  void pass_on(Lanes::iterator lane, std::string events);
  /// Serves hellos that waited, as many as may catch up at once, and as long as the client takes
  /// what it gets.
  void open_waiting();
  void open(Lanes::iterator lane);
  void caught_up(State& state);
  void refuse(protocol::SessionNumber number, protocol::Error error, std::string_view detail);
  void add(protocol::SessionNumber number, std::string_view events);
  /// Ends the connection, and all its sessions with it.
  void close(protocol::Error reason);
  void close_if_behind();
  std::size_t waiting_bytes() const { return gathered_.size() + wire_.unsent_bytes(); }
  std::size_t limit_bytes() const;
  cluster::Lane lane(protocol::SessionNumber number) const;

  // Constant after construction
  Services& services_;
  const Key self_;

  // Owned by the shard thread
  Wire wire_;
  Lanes lanes_;
  std::deque<protocol::SessionNumber> waiting_;  ///< some may be gone
  std::size_t catching_up_ = 0;
  std::size_t passed_on_bytes_ = 0;         ///< to sessions, and not dealt with yet
  std::vector<chat::ClientRef> want_room_;  ///< to be told when all is out
  std::string gathered_;
  SteadyTime last_heard_;  ///< while closing: when closing began
  bool flush_planned_ = false;
  bool closing_ = false;
  bool over_ = false;
};

}  // namespace throng::gateway
