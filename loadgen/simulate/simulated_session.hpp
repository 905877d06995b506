#pragma once

#include <utility>

#include "loadgen/simulate/links.hpp"
#include "server/gateway/session.hpp"

namespace throng::simulate {

/// A session of the server whose connection is simulated.
class SimulatedSession final : public gateway::Session {
 public:
  SimulatedSession(gateway::SessionServices& services, chat::ClientRef self,
                   cluster::Newcomer&& newcomer, Links& links, LinkKey key)
      : Session(services, self, std::move(newcomer)), links_(links), key_(key) {}

  /// The client said something. Requires: as handle_message().
  void on_input(std::string_view events) {
    if (is_ended()) return;
    was_heard();
    if (!is_catching_up()) return handle_message(events);
    if (!keep_for_later(events)) close(protocol::Error::kTooLarge);
  }
  void on_drained() { on_room(); }
  void on_gone() { end(); }
  void on_ready(const gateway::SocketSet::Ready&) override {}

 private:
  void transmit(std::string& gathered) override {
    if (!gathered.empty()) links_.to_client(key_, std::exchange(gathered, {}), wants_room());
  }
  std::size_t unsent_bytes() const override { return links_.unsent_bytes(key_); }
  void hang_up(std::string& gathered, std::uint16_t code, std::string_view) override {
    transmit(gathered);
    links_.hang_up(key_, code);
    end();
  }
  void listen(std::string) override {}

  // Constant after construction
  Links& links_;
  const LinkKey key_;
};

}  // namespace throng::simulate
