#include "loadgen/simulate/links.hpp"

#include <algorithm>
#include <utility>

#include "protocol/codec.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;
using pacing::TimePoint;
using transport::CloseReason;
using transport::LinkId;

/// Draws of the network beside those of the users' scripts and devices.
constexpr std::uint8_t kNetworkLane = 0xF0;
constexpr std::uint8_t kRegionLane = 0xF1;
/// SYN and its answer, then the request to upgrade.
constexpr int kCrossingsToConnect = 3;
/// Of a packet, beside its text: headers of IP, TCP and WebSocket.
constexpr std::size_t kPacketBytes = 60;
/// What the kernels at both ends hold of what a client doesn't read.
constexpr std::size_t kSocketBuffers = 256 * 1024;

}  // namespace

Links::Links(std::size_t users, const NetworkModel& network, const FleetModel& fleet,
             std::uint64_t seed, Agenda& agenda, Balancer& balancer,
             transport::TransportListener& listener)
    : network_(network), fleet_(fleet), agenda_(agenda), balancer_(balancer), listener_(listener) {
  links_.reserve(users);
  for (std::size_t i = 0; i < users; ++i) {
    links_.push_back({.random = pacing::Random(seed, i + 1, kNetworkLane), .said = {}});
    links_.back().region = fleet.home_region(pacing::Random(seed, i + 1, kRegionLane).uniform01());
  }
}

// ---- What users do ----

void Links::open(LinkId link) {
  freeze(link, false);
  Link& own = links_[link];
  ++own.generation;
  own.state = State::kOpening;
  own.node = balancer_.choose(link + 1, own.region, agenda_.now());
  own.down_bytes = 0;
  own.said.clear();
  dispatch(Way::kUp, {.kind = Packet::Kind::kOpen, .key = key_of(link)}, kCrossingsToConnect);
}

void Links::send(LinkId link, std::string_view json) {
  Link& own = links_[link];
  if (own.state != State::kOpen) return;
  if (own.said.empty()) {
    speaking_.push_back(link);
  } else {
    own.said.push_back('\n');
  }
  own.said.append(json);
}

void Links::flush() {
  for (const LinkId link : speaking_) {
    std::string& said = links_[link].said;
    if (said.empty()) continue;
    if (watch_) watch_(link, true, said);
    const auto bytes = static_cast<std::uint32_t>(said.size());
    said.resize(bytes + protocol::kDecodePadding);
    dispatch(Way::kUp, {.key = key_of(link), .bytes = bytes, .text = std::exchange(said, {})});
  }
  speaking_.clear();
}

void Links::close(LinkId link) {
  flush();  // what was said before
  Link& own = links_[link];
  const Duration there = crossing(own);
  end(link, leaves(own) + there + crossing(own));
}

void Links::drop(LinkId link) {
  links_[link].said.clear();
  end(link, agenda_.now());
}

void Links::end(LinkId link, TimePoint when) {
  Link& own = links_[link];
  if (own.state == State::kClosed || own.state == State::kClosing) return;
  own.state = State::kClosing;
  dispatch(Way::kUp, {.kind = Packet::Kind::kGone, .key = key_of(link)});
  const Packet closed{
      .kind = Packet::Kind::kClosed, .reason = CloseReason::kByUs, .key = key_of(link)};
  agenda_.plan(when, Happening::kPacketAtClient, make_packet(closed));
}

void Links::freeze(LinkId link, bool frozen) {
  if (std::exchange(links_[link].frozen, frozen) == frozen || frozen) return;
  if (held_.empty() || held_[link].empty()) return;
  const Packet thaw{.kind = Packet::Kind::kThaw, .key = key_of(link)};
  agenda_.plan(agenda_.now(), Happening::kPacketAtClient, make_packet(thaw));
}

// ---- The network ----

std::uint32_t Links::make_packet(Packet packet) {
  if (free_.empty()) {
    packets_.push_back(std::move(packet));
    return static_cast<std::uint32_t>(packets_.size() - 1);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  packets_[index] = std::move(packet);
  return index;
}

void Links::release(std::uint32_t packet) {
  packets_[packet].text = {};
  free_.push_back(packet);
}

void Links::dispatch(Way way, Packet packet, int crossings) {
  Link& own = links_[packet.key.link];
  packet.node = own.node;
  TimePoint& free = way == Way::kUp ? own.up_free : own.down_free;
  free = std::max(leaves(own), free) + network_.time_of(kPacketBytes + packet.bytes);
  TimePoint comes = free;
  for (int i = 0; i < crossings; ++i) comes += crossing(own);
  TimePoint& last = way == Way::kUp ? own.last_up : own.last_down;
  last = std::max(last, comes);
  const Happening what = way == Way::kUp ? Happening::kPacketAtNode : Happening::kPacketAtClient;
  agenda_.plan(last, what, make_packet(std::move(packet)));
}

Duration Links::crossing(Link& link) {
  const Duration way = fleet_.way(link.region, fleet_.region_of(link.node), link.random);
  return way + network_.delay(link.random);
}

void Links::cut(double share, TimePoint until) {
  for (Link& link : links_) {
    if (link.random.chance(share)) link.cut_until = std::max(link.cut_until, until);
  }
}

// ---- At the client ----

void Links::take_at_client(std::uint32_t index) {
  // What the listener does in turn may add packets; they stay where they are.
  const Packet& packet = packets_[index];
  if (waits(packet)) {
    if (held_.empty()) held_.resize(links_.size());
    return held_[packet.key.link].push_back(index);
  }
  if (packet.kind == Packet::Kind::kThaw) {
    thaw(packet.key.link);
  } else if (is_current(packet.key)) {
    deliver(packet);
  }
  release(index);
}

bool Links::waits(const Packet& packet) const {
  const Link& own = links_[packet.key.link];
  if (packet.kind == Packet::Kind::kThaw || !is_current(packet.key)) return false;
  if (own.state != State::kOpen) return false;
  return own.frozen || (!held_.empty() && !held_[packet.key.link].empty());  // behind those
}

void Links::thaw(LinkId link) {
  std::vector<std::uint32_t>& held = held_[link];
  std::size_t taken = 0;
  while (taken < held.size() && !links_[link].frozen) {
    const Packet& packet = packets_[held[taken]];
    if (is_current(packet.key)) deliver(packet);
    release(held[taken++]);
  }
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(taken));
}

void Links::deliver(const Packet& packet) {
  Link& own = links_[packet.key.link];
  switch (packet.kind) {
    case Packet::Kind::kOpen:
      if (own.state != State::kOpening) return;
      own.state = State::kOpen;
      return listener_.on_open(packet.key.link);
    case Packet::Kind::kText:
      if (own.state != State::kOpen) return;
      own.down_bytes -= packet.bytes;
      if (watch_) watch_(packet.key.link, false, packet.view());
      if (packet.wants_room) dispatch(Way::kUp, {.kind = Packet::Kind::kRoom, .key = packet.key});
      return listener_.on_text(packet.key.link, packet.view());
    default:
      return close_at_client(packet);
  }
}

void Links::close_at_client(const Packet& packet) {
  Link& own = links_[packet.key.link];
  if (own.state == State::kClosed) return;
  const bool by_us = own.state == State::kClosing;
  own.state = State::kClosed;
  own.said.clear();
  balancer_.closed(own.node);
  listener_.on_closed(packet.key.link, by_us ? CloseReason::kByUs : packet.reason,
                      packet.close_code);
}

// ---- What the node does ----

void Links::accept(LinkKey key) { dispatch(Way::kDown, {.kind = Packet::Kind::kOpen, .key = key}); }

void Links::refuse(LinkKey key) {
  dispatch(Way::kDown,
           {.kind = Packet::Kind::kClosed, .reason = CloseReason::kRefused, .key = key});
}

void Links::count_unread(LinkKey key, std::size_t bytes) {
  if (is_current(key)) links_[key.link].down_bytes += static_cast<std::uint32_t>(bytes);
}

void Links::to_client(LinkKey key, std::string text, bool wants_room) {
  if (!is_current(key)) return;
  const auto bytes = static_cast<std::uint32_t>(text.size());
  text.resize(bytes + protocol::kDecodePadding);
  dispatch(Way::kDown,
           {.wants_room = wants_room, .key = key, .bytes = bytes, .text = std::move(text)});
}

void Links::hang_up(LinkKey key, std::uint16_t close_code) {
  if (!is_current(key)) return;
  dispatch(Way::kDown, {.kind = Packet::Kind::kClosed, .close_code = close_code, .key = key});
}

std::size_t Links::unsent_bytes(LinkKey key) const {
  if (!is_current(key)) return 0;
  const std::size_t sent = links_[key.link].down_bytes;
  return sent - std::min(sent, kSocketBuffers);
}

void Links::break_all(NodeIndex node) {
  for_each_with(node, [this](LinkKey key) {
    links_[key.link].broken = key.generation;
    dispatch(Way::kDown, {.kind = Packet::Kind::kClosed, .key = key});
  });
}

}  // namespace throng::simulate
