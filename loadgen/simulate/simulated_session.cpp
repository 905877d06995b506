#include "loadgen/simulate/simulated_session.hpp"

#include <utility>

#include "loadgen/simulate/node_shard.hpp"

namespace throng::simulate {

void SimulatedSession::on_input(std::string_view events) {
  if (is_ended()) return;
  was_heard();
  if (!is_catching_up()) return handle_message(events);
  if (!keep_for_later(events)) close(protocol::Error::kTooLarge);
}

void SimulatedSession::transmit(std::string& gathered) {
  if (gathered.empty()) return;
  links_.count_unread(key_, gathered.size());
  home_.answer(door_,
               {.key = key_, .wants_room = wants_room(), .text = std::exchange(gathered, {})});
}

void SimulatedSession::hang_up(std::string& gathered, std::uint16_t code, std::string_view) {
  transmit(gathered);
  home_.answer(door_, {.kind = ToClient::Kind::kHangUp, .key = key_, .close_code = code});
  end();
}

}  // namespace throng::simulate
