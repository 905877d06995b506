#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <span>

namespace throng::transport {

/// Tells one io_context which of very many sockets can be read or written: an epoll set of its own
/// that Asio watches as a single descriptor. Waiting for each socket through Asio would cost a
/// system call and an operation for every message.
///
/// Owned by the worker's thread. Readable is told again as long as there is something to read.
class Readiness {
 public:
  struct Event {
    std::uint64_t token = 0;
    bool readable = false;
    bool writable = false;
  };
  /// Gets what is ready at once; the tokens may be of sockets that an earlier one of them closed.
  using OnReady = std::function<void(std::span<const Event>)>;

  /// Errors: boost::system::system_error if the process has no descriptor for it.
  Readiness(boost::asio::io_context& io, OnReady on_ready);

  /// Watches `fd` until it is closed. False: the kernel can't watch more.
  bool add(int fd, std::uint64_t token, bool want_writable);
  /// Says anew what is to be told of a watched one.
  void change(int fd, std::uint64_t token, bool want_writable);

 private:
  /// Bounds how long a turn of the loop can get.
  static constexpr std::size_t kMaxEvents = 64;

  void wait();
  void collect();

  // Constant after construction
  OnReady on_ready_;
  // Owned by the worker's thread
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> set_;
  std::array<epoll_event, kMaxEvents> raw_{};
  std::array<Event, kMaxEvents> events_{};
};

}  // namespace throng::transport
