#pragma once

#include "server/gateway/session.hpp"

namespace throng::gateway {

/// A session that shares its connection with others. The connection may be on another shard, so
/// what they say to each other goes by mail.
class LaneSession final : public Session {
 public:
  LaneSession(SessionServices& services, chat::ClientRef self, cluster::Newcomer&& newcomer);
  ~LaneSession() override;

  void start() override;
  /// The client said something.
  void on_input(std::string_view events);
  /// What was sent has left the server.
  void on_drained() { on_room(); }
  /// The connection is gone.
  void on_cut() { end(); }

  void on_ready(const SocketSet::Ready&) override {}

 private:
  void transmit(std::string& gathered) override;
  std::size_t unsent_bytes() const override { return 0; }  // the connection's, which has a limit
  void hang_up(std::string& gathered, std::uint16_t code, std::string_view reason) override;
  void listen(std::string) override {}

  const cluster::Lane lane_;
};

}  // namespace throng::gateway
