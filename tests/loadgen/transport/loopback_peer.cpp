#include "tests/loadgen/transport/loopback_peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace throng::transport {
namespace {

constexpr std::string_view kKeyHeader = "Sec-WebSocket-Key: ";
constexpr std::size_t kKeyBytes = 24;

std::string accepting_answer(std::string_view request) {
  const std::size_t key = request.find(kKeyHeader) + kKeyHeader.size();
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         protocol::accept_key(request.substr(key, kKeyBytes)) + "\r\n\r\n";
}

}  // namespace

void LoopbackPeer::Connection::read(std::function<void(Connection&, std::string_view)> on_bytes) {
  chunk_.resize(64 * 1024);
  socket_.async_read_some(
      boost::asio::buffer(chunk_),
      [self = shared_from_this(), on_bytes](boost::system::error_code error, std::size_t bytes) {
        self->ended = error;
        on_bytes(*self, std::string_view(self->chunk_).substr(0, error ? 0 : bytes));
        if (!error && self->socket_.is_open()) self->read(on_bytes);
      });
}

void LoopbackPeer::Connection::write(std::string bytes) {
  boost::system::error_code ignored;
  boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
}

LoopbackPeer::LoopbackPeer(boost::asio::io_context& io,
                           std::function<void(Connection&)> on_connection)
    : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}),
      on_connection_(std::move(on_connection)) {
  accept();
}

std::string LoopbackPeer::url() const {
  return "ws://127.0.0.1:" + std::to_string(endpoint().port());
}

void LoopbackPeer::accept() {
  acceptor_.async_accept(
      [this](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
        if (error) return;
        connections_.push_back(std::make_shared<Connection>(std::move(socket)));
        on_connection_(*connections_.back());
        accept();
      });
}

void serve_websocket(
    LoopbackPeer::Connection& connection,
    std::function<void(LoopbackPeer::Connection&, const protocol::FrameReader::Item&)> on_item) {
  auto reader = std::make_shared<protocol::FrameReader>(protocol::FrameRole::kServer, 1 << 24);
  connection.read([reader, on_item](LoopbackPeer::Connection& self, std::string_view bytes) {
    self.received += bytes;
    if (!self.upgraded) {
      if (!self.received.ends_with("\r\n\r\n")) return;
      self.write(accepting_answer(self.received));
      self.received.clear();
      self.upgraded = true;
      return;
    }
    for (;;) {
      std::size_t used = 0;
      const auto item = reader->next(self.received, used);
      if (item.kind == protocol::FrameReader::Item::Kind::kNeedMore) break;
      on_item(self, item);
      self.received.erase(0, used);
    }
  });
}

}  // namespace throng::transport
