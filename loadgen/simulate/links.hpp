#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/agenda.hpp"
#include "loadgen/simulate/balancer.hpp"
#include "loadgen/simulate/network.hpp"
#include "loadgen/transport/transport.hpp"

namespace throng::simulate {

/// One connection of a user; the next one has another generation.
struct LinkKey {
  transport::LinkId link = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const LinkKey&, const LinkKey&) = default;
};

/// Something on its way between a client and the node that the balancer chose.
struct Packet {
  enum class Kind : std::uint8_t {
    kOpen,    ///< up: a client wants to connect; down: it is connected
    kText,    ///< both ways
    kRoom,    ///< up: the client has what was sent
    kGone,    ///< up: the client has closed or lost the connection
    kClosed,  ///< down: the connection is over
    kThaw,    ///< at the client: it reads again what waited for that
  };
  Kind kind = Kind::kText;
  bool wants_room = false;
  transport::CloseReason reason = transport::CloseReason::kByPeer;
  std::uint16_t close_code = 0;
  LinkKey key;
  NodeIndex node = 0;       ///< at the other end
  std::uint32_t bytes = 0;  ///< of the text; behind it stand kDecodePadding more
  std::string text = {};

  std::string_view view() const { return std::string_view(text).substr(0, bytes); }
};

/// The connections of all users with nodes, and the network between: what sockets are in a run.
/// Each way, a connection keeps what it carries in order, as TCP does. What waits for a client that
/// doesn't read is bounded by the node, which closes such a session.
///
/// Owned by the simulation's thread.
class Links final : public transport::Transport {
 public:
  /// Called with each text that leaves a client (`says`) or reaches it.
  using Watch = std::function<void(transport::LinkId link, bool says, std::string_view text)>;

  /// Requires: all outlive it. `listener` is told only from take_at_client().
  Links(std::size_t users, const NetworkModel& network, const FleetModel& fleet, std::uint64_t seed,
        Agenda& agenda, Balancer& balancer, transport::TransportListener& listener);

  void watch(Watch watch) { watch_ = std::move(watch); }

  // transport::Transport, for the users
  void open(transport::LinkId link) override;
  void send(transport::LinkId link, std::string_view json) override;
  void close(transport::LinkId link) override;
  void drop(transport::LinkId link) override;
  void freeze(transport::LinkId link, bool frozen) override;

  /// Sends what users have said since the last call.
  void flush();
  /// A packet has come to its client.
  void take_at_client(std::uint32_t packet);
  /// A packet has come to the node. Valid until release().
  Packet& at_node(std::uint32_t packet) { return packets_[packet]; }
  void release(std::uint32_t packet);

  // For the nodes
  void accept(LinkKey key);
  void refuse(LinkKey key);
  /// Of what a node sends, from the moment on at which it does.
  void count_unread(LinkKey key, std::size_t bytes);
  /// Requires: the text is counted.
  void to_client(LinkKey key, std::string text, bool wants_room);
  void hang_up(LinkKey key, std::uint16_t close_code);
  /// What was sent and lies in no socket's buffer.
  std::size_t unsent_bytes(LinkKey key) const;
  /// The node is gone: all connections with it break.
  void break_all(NodeIndex node);
  /// Whether it was with a node that is gone.
  bool is_broken(LinkKey key) const { return links_[key.link].broken == key.generation; }
  /// Calls each(key) for all connections with the node that clients haven't ended.
  template <class Each>
  void for_each_with(NodeIndex node, Each&& each) const {
    for (transport::LinkId link = 0; link < links_.size(); ++link) {
      const State state = links_[link].state;
      const bool is_there = state == State::kOpening || state == State::kOpen;
      if (is_there && links_[link].node == node) each(key_of(link));
    }
  }

  /// Cuts off a share of the people until then.
  void cut(double share, pacing::TimePoint until);

 private:
  enum class State : std::uint8_t { kClosed, kOpening, kOpen, kClosing };
  enum class Way : std::uint8_t { kUp, kDown };
  struct Link {
    pacing::Random random;
    pacing::TimePoint last_up{};    ///< when the last packet comes to the node
    pacing::TimePoint last_down{};  ///< the same to the client
    pacing::TimePoint up_free{};    ///< when the client's end has let out all that was said
    pacing::TimePoint down_free{};  ///< the same the other way
    pacing::TimePoint cut_until{};
    std::uint32_t generation = 0;
    std::uint32_t broken = 0;      ///< the newest generation whose node is gone
    NodeIndex node = 0;            ///< that the balancer chose
    RegionIndex region = 0;        ///< where the user lives
    std::uint32_t down_bytes = 0;  ///< sent to the client and not taken yet
    State state = State::kClosed;
    bool frozen = false;
    std::string said;  ///< since the last flush()
  };

  bool is_current(LinkKey key) const { return links_[key.link].generation == key.generation; }
  LinkKey key_of(transport::LinkId link) const { return {link, links_[link].generation}; }
  std::uint32_t make_packet(Packet packet);
  void dispatch(Way way, Packet packet, int crossings = 1);
  /// When what leaves now is let into the network.
  pacing::TimePoint leaves(const Link& link) const {
    return std::max(agenda_.now(), link.cut_until);
  }
  pacing::Duration crossing(Link& link);
  void end(transport::LinkId link, pacing::TimePoint when);
  bool waits(const Packet& packet) const;
  void thaw(transport::LinkId link);
  void deliver(const Packet& packet);
  void close_at_client(const Packet& packet);

  // Constant after construction
  const NetworkModel& network_;
  const FleetModel& fleet_;
  Agenda& agenda_;
  Balancer& balancer_;
  transport::TransportListener& listener_;

  Watch watch_;  ///< empty: nobody does
  std::vector<Link> links_;
  std::vector<transport::LinkId> speaking_;  ///< those with something in `said`
  std::deque<Packet> packets_;               ///< in use or free
  std::vector<std::uint32_t> free_;
  std::vector<std::vector<std::uint32_t>>
      held_;  ///< by link: what waits for its thaw; empty when none ever was
};

}  // namespace throng::simulate
