#include "loadgen/transport/shared_connections.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace throng::transport {
namespace {

constexpr std::string_view kLeave = R"({"op":"leave"})";

}  // namespace

SharedConnections::SharedConnections(std::size_t links, std::uint32_t per_connection,
                                     TransportListener& listener, const MakeTransport& make_inner,
                                     CallSoon call_soon)
    : per_connection_(per_connection),
      listener_(listener),
      call_soon_(std::move(call_soon)),
      links_(links),
      connections_(connections_for(links, per_connection)),
      inner_(make_inner(*this)) {}

void SharedConnections::open(LinkId link) {
  Link& opening = links_[link];
  ++opening.times_opened;
  const LinkId id = connection_of(link);
  Connection& connection = connections_[id];
  ++connection.in_use;
  if (connection.state == ConnectionState::kOpen) {
    opening.state = LinkState::kOpen;
    return note(link, true);
  }
  opening.state = LinkState::kOpening;
  if (connection.state == ConnectionState::kIdle) connect(id);
}

void SharedConnections::send(LinkId link, std::string_view json) {
  if (links_[link].state == LinkState::kOpen) say(link, json);
}

void SharedConnections::close(LinkId link) {
  Link& closing = links_[link];
  if (closing.state == LinkState::kClosed) return;
  if (closing.state == LinkState::kOpen) say(link, kLeave);
  closing.state = LinkState::kClosed;
  note(link, false);
  Connection& connection = connections_[connection_of(link)];
  if (--connection.in_use > 0) return;
  if (connection.state == ConnectionState::kClosing) return;
  connection.state = ConnectionState::kClosing;
  inner_->close(connection_of(link));
}

void SharedConnections::connect(LinkId connection) {
  connections_[connection].state = ConnectionState::kConnecting;
  inner_->open(connection);
}

void SharedConnections::say(LinkId link, std::string_view json) {
  line_.clear();
  protocol::append_session_line(line_, session_of(link));
  line_ += json;
  inner_->send(connection_of(link), line_);
}

void SharedConnections::note(LinkId link, bool opened) {
  if (changes_.empty()) call_soon_([this] { tell(); });
  changes_.push_back({link, links_[link].times_opened, opened});
}

void SharedConnections::tell() {
  telling_.clear();
  telling_.swap(changes_);
  for (const Change& change : telling_) {
    const Link& link = links_[change.link];
    if (!change.opened) {
      listener_.on_closed(change.link, CloseReason::kByUs, 0);
    } else if (link.state == LinkState::kOpen && link.times_opened == change.times_opened) {
      listener_.on_open(change.link);
    }
  }
}

void SharedConnections::on_open(LinkId id) {
  tell();
  if (connections_[id].state != ConnectionState::kConnecting) return;
  connections_[id].state = ConnectionState::kOpen;
  for (const LinkId link : links_of(id)) {
    if (links_[link].state != LinkState::kOpening) continue;
    links_[link].state = LinkState::kOpen;
    listener_.on_open(link);
  }
}

void SharedConnections::on_text(LinkId id, std::string_view text) {
  tell();
  protocol::for_each_part(text, [&](protocol::SessionNumber session, std::string_view events) {
    if (const auto link = open_link(id, session)) listener_.on_text(*link, events);
  });
}

void SharedConnections::on_closed(LinkId id, CloseReason reason, std::uint16_t close_code) {
  tell();
  Connection& connection = connections_[id];
  const bool wanted = connection.state == ConnectionState::kClosing;
  connection.state = ConnectionState::kIdle;
  if (wanted) {
    if (connection.in_use > 0) connect(id);  // links that came while it was closing
    return;
  }
  std::vector<LinkId> lost;
  std::ranges::copy_if(links_of(id), std::back_inserter(lost),
                       [&](LinkId link) { return links_[link].state != LinkState::kClosed; });
  connection.in_use = 0;
  for (const LinkId link : lost) links_[link].state = LinkState::kClosed;
  for (const LinkId link : lost) listener_.on_closed(link, reason, close_code);
}

protocol::SessionNumber SharedConnections::session_of(LinkId link) const {
  const std::uint64_t place = link % per_connection_;
  return links_[link].times_opened * std::uint64_t{per_connection_} + place;
}

std::optional<LinkId> SharedConnections::open_link(LinkId connection,
                                                   protocol::SessionNumber session) const {
  const auto link = connection * per_connection_ + static_cast<LinkId>(session % per_connection_);
  if (link >= links_.size() || links_[link].state != LinkState::kOpen) return std::nullopt;
  return session_of(link) == session ? std::optional(link) : std::nullopt;
}

}  // namespace throng::transport
