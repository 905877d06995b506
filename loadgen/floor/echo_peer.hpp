#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "loadgen/floor/echo_chats.hpp"
#include "loadgen/pacing/clock.hpp"
#include "protocol/frame.hpp"

namespace throng::floor {

/// A chat server that does nothing but answer: what is measured against it is what the generator,
/// the kernel's loopback and a process switch take. It waits on one epoll set, reads what is there,
/// and writes what a turn of its loop gave a connection with one call.
///
/// One thread owns it. Bounded: a connection that doesn't read for kMaxUnsentBytes is closed; for
/// messages see EchoChats.
class EchoPeer {
 public:
  static constexpr std::size_t kMaxUnsentBytes = std::size_t{16} << 20;

  /// `wall_time` is the time of day now. Takes `listener` over.
  /// Errors: boost::system::system_error if it can't be watched.
  EchoPeer(int listener, const protocol::TokenKey& key, TimeMs wall_time);
  EchoPeer(const EchoPeer&) = delete;
  EchoPeer& operator=(const EchoPeer&) = delete;
  ~EchoPeer();

  /// Serves for as long as the process lives.
  [[noreturn]] void run();

 private:
  static constexpr std::size_t kReadBytes = 64 * 1024;
  static constexpr std::size_t kMaxEvents = 256;

  /// Known by its descriptor, which is its session too.
  struct Connection {
    bool is_websocket = false;
    bool waits = false;    ///< until the kernel takes more
    std::string rest;      ///< received, not yet whole
    std::string gathered;  ///< JSON lines of this turn
    std::string unsent;    ///< framed, not yet taken by the kernel
    protocol::FrameReader reader{protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes};
  };

  void turn();
  void accept_all();
  void pause_accepting();
  void receive(int fd);
  /// Serves what is whole; returns how much that was. `alive` turns false when it is to be closed.
  std::size_t serve(int fd, Connection& connection, std::span<char> input, bool& alive);
  /// False if the connection is to be closed.
  bool handle(int fd, Connection& connection, const protocol::FrameReader::Item& item);
  std::size_t serve_http(int fd, Connection& connection, std::string_view input, bool& alive);
  void tell(int fd, std::string_view json);
  void flush(int fd);
  void transmit(int fd, Connection& connection);
  void watch(int fd, int operation, std::uint32_t events) const;
  void close_connection(int fd);
  TimeMs now() const;

  // Constant after construction
  int listener_;
  int poll_;
  pacing::SteadyClock clock_;
  pacing::TimePoint began_;
  TimeMs wall_began_;

  EchoChats chats_;
  std::unordered_map<int, Connection> connections_;
  std::vector<int> dirty_;
  bool accepts_ = true;
  std::array<epoll_event, kMaxEvents> events_{};
  std::string received_;  ///< one connection's rest and what came behind it, padding included
};

}  // namespace throng::floor
