#include "server/gateway/lane_session.hpp"

#include <utility>

#include "protocol/codec.hpp"

namespace throng::gateway {

LaneSession::LaneSession(SessionServices& services, chat::ClientRef self,
                         cluster::Newcomer&& newcomer)
    : Session(services, self, std::move(newcomer)), lane_(*newcomer.lane) {
  services.metrics.add(metrics::Metric::kSharedSessions);
}

LaneSession::~LaneSession() { services().metrics.subtract(metrics::Metric::kSharedSessions); }

void LaneSession::start() {
  Session::start();
  services().office.send(lane_.shard, cluster::LaneOpened{.lane = lane_, .session = ref()});
}

void LaneSession::on_input(std::string_view events) {
  if (is_ended()) return;
  was_heard();
  if (is_catching_up()) {
    if (!keep_for_later(events)) close(protocol::Error::kTooLarge);
    return;
  }
  handle_message(services().decoder.padded(events));
}

void LaneSession::transmit(std::string& gathered) {
  if (gathered.empty()) return;
  services().office.send(lane_.shard, cluster::LaneOutput{.lane = lane_,
                                                          .session = ref(),
                                                          .events = std::exchange(gathered, {}),
                                                          .caught_up = !is_catching_up(),
                                                          .wants_room = wants_room()});
}

void LaneSession::hang_up(std::string& gathered, std::uint16_t, std::string_view) {
  transmit(gathered);
  services().office.send(lane_.shard, cluster::LaneEnded{.lane = lane_});
  end();
}

}  // namespace throng::gateway
