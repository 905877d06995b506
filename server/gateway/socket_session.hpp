#pragma once

#include "server/gateway/session.hpp"
#include "server/gateway/wire.hpp"

namespace throng::gateway {

/// A session with a connection of its own.
class SocketSession final : public Session, private WireOwner {
 public:
  SocketSession(Services& services, chat::ClientRef self, Socket socket,
                cluster::Newcomer&& newcomer);

  void on_ready(const SocketSet::Ready& ready) override { wire_.on_ready(ready); }

 private:
  // Session
  void transmit(std::string& gathered) override { wire_.write(gathered); }
  std::size_t unsent_bytes() const override { return wire_.unsent_bytes(); }
  void hang_up(std::string& gathered, std::uint16_t code, std::string_view reason) override;
  void listen(std::string early_bytes) override;

  // WireOwner
  void on_heard() override { was_heard(); }
  void on_text(std::string_view text) override { handle_message(text); }
  void on_binary() override;
  void on_bad_frame(protocol::Error error) override { close(error); }
  void will_flush() override { Session::will_flush(); }
  void flush() override { Session::flush(); }
  void on_drained() override { on_room(); }
  void on_broken() override { end(); }
  bool is_over() const override { return is_ended(); }

  Wire wire_;
};

}  // namespace throng::gateway
