#include "loadgen/simulate/aggregate/volume.hpp"

#include <string>

#include "protocol/codec.hpp"

namespace throng::simulate {
namespace {

using protocol::ChatId;
using protocol::UserId;

// Numbers as long as those of a large service are.
constexpr UserId kUser{1'234'567'890};
constexpr ChatId kChat{12'345'678'901};
constexpr protocol::Seq kSeq = 12'345;
constexpr protocol::TimeMs kTime = 1'767'225'600'000;
constexpr std::string_view kCmid = "Q2nAAAAACAAAAOAAAAF";

template <class Event>
double size_of(const Event& event) {
  std::string text;
  protocol::encode(text, event);
  return static_cast<double>(text.size());
}

/// What one event of each kind takes.
struct Sizes {
  explicit Sizes(const std::string& body)
      : send(size_of(protocol::Send{.chat = kChat, .cmid = kCmid, .body = body})),
        message(size_of(protocol::Message{.chat = kChat,
                                          .seq = kSeq,
                                          .from = kUser,
                                          .cmid = kCmid,
                                          .time = kTime,
                                          .body = body})) {}

  double send;
  double message;
  double sent = size_of(protocol::Sent{kChat, kCmid, kSeq, kTime});
  double cursor = size_of(protocol::Delivered{kChat, kSeq});
  double receipt = size_of(protocol::Receipt{kChat, kUser, kSeq, kSeq});
  double heartbeat = size_of(protocol::Activity{});
};

}  // namespace

Volume volume_of(const Traffic& traffic) {
  const scenario::Population& population = traffic.population();
  const Sizes sizes(std::string(population.bytes, 'x'));
  const double receivers = traffic.sizes().mean_receivers();
  const double cursors = 1 + traffic.reading().chance;
  const double step_s = pacing::to_seconds(traffic.duration()) / Traffic::kMoments;
  Volume volume;
  for (std::size_t region = 0; region < traffic.regions().size(); ++region) {
    for (std::size_t i = 0; i < Traffic::kMoments; ++i) {
      const Intensity work = traffic.at(region, traffic.moment(i));
      const double messages = step_s * work.messages;
      const double live = messages * work.reachable;
      volume.stored += messages * static_cast<double>(population.stored_bytes);
      volume.received += messages * sizes.send + live * receivers * cursors * sizes.cursor +
                         step_s * work.heartbeats * sizes.heartbeat;
      // Who isn't there gets the message when he comes back.
      volume.sent += messages * (sizes.sent + receivers * sizes.message) +
                     live * traffic.sizes().mean_told() * cursors * sizes.receipt;
    }
  }
  return volume;
}

}  // namespace throng::simulate
