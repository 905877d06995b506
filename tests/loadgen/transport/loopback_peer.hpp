#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame.hpp"

namespace throng::transport {

/// The other end of the tests' connections: a listener on a free loopback port, on the test's own
/// io_context, that hands each connection to the test as raw bytes.
class LoopbackPeer {
 public:
  class Connection : public std::enable_shared_from_this<Connection> {
   public:
    explicit Connection(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    /// `on_bytes` gets what comes; "" is the end of the stream.
    void read(std::function<void(Connection&, std::string_view)> on_bytes);
    void write(std::string bytes);
    void close() { socket_.close(); }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

    boost::system::error_code ended;  ///< how reading ended
    std::string received;             ///< what serve_websocket() hasn't taken yet
    bool upgraded = false;

   private:
    boost::asio::ip::tcp::socket socket_;
    std::string chunk_;
  };

  LoopbackPeer(boost::asio::io_context& io, std::function<void(Connection&)> on_connection);

  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  std::string url() const;

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  std::function<void(Connection&)> on_connection_;
  std::vector<std::shared_ptr<Connection>> connections_;
};

/// Answers the upgrade, then calls `on_item` for each frame.
void serve_websocket(
    LoopbackPeer::Connection& connection,
    std::function<void(LoopbackPeer::Connection&, const protocol::FrameReader::Item&)> on_item);

}  // namespace throng::transport
