#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "loadgen/simulate/letter.hpp"
#include "server/gateway/session.hpp"

namespace throng::simulate {

class NodeShard;

/// A session of the server whose connection is simulated. The connection may be with another node,
/// whose shard, its door, passes on what both say.
class SimulatedSession final : public gateway::Session {
 public:
  SimulatedSession(gateway::SessionServices& services, chat::ClientRef self,
                   cluster::Newcomer&& newcomer, NodeShard& home, Links& links,
                   const FromClient& hello)
      : Session(services, self, std::move(newcomer)),
        home_(home),
        links_(links),
        key_(hello.key),
        door_(hello.door) {}

  /// The client said something. Requires: as handle_message().
  void on_input(std::string_view events);
  void on_drained() { on_room(); }
  void on_gone() { end(); }
  void on_ready(const gateway::SocketSet::Ready&) override {}

  chat::ShardIndex door() const { return door_; }
  using Session::is_catching_up;

 private:
  void transmit(std::string& gathered) override;
  std::size_t unsent_bytes() const override { return links_.unsent_bytes(key_); }
  void hang_up(std::string& gathered, std::uint16_t code, std::string_view) override;
  void listen(std::string) override {}

  // Constant after construction
  NodeShard& home_;
  Links& links_;
  const LinkKey key_;
  const chat::ShardIndex door_;
};

}  // namespace throng::simulate
