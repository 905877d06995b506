#include "server/gateway/socket_session.hpp"

#include <utility>

namespace throng::gateway {

SocketSession::SocketSession(Services& services, chat::ClientRef self, Socket socket,
                             cluster::Newcomer&& newcomer)
    : Session(services, self, std::move(newcomer)),
      wire_(services, *this,
            {.kind = SocketSet::Owner::Kind::kSession,
             .slot = self.slot,
             .generation = self.generation},
            std::move(socket)) {}

void SocketSession::hang_up(std::string& gathered, std::uint16_t code, std::string_view reason) {
  wire_.hang_up(gathered, code, reason);
}

void SocketSession::listen(std::string early_bytes) {
  if (!early_bytes.empty()) wire_.take_early(std::move(early_bytes));
  if (!is_ended()) wire_.read_from_now_on();
}

void SocketSession::on_binary() { fail(protocol::Error::kBadJson, "events are text messages"); }

}  // namespace throng::gateway
