#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "loadgen/pacing/clock.hpp"

namespace throng::transport {

/// Tells which of very many sockets can be read or written, and waits for that to the nanosecond:
/// one epoll set, edge-triggered, so that the kernel needn't look at each socket a second time to
/// find that nothing is left. Owned by the worker's thread.
///
/// Readable is told once for all that has come: whoever leaves bytes in the kernel, or hears that
/// the stream ends and hasn't read its end, calls change() to be told again.
class Readiness {
 public:
  struct Event {
    std::uint64_t token = 0;
    bool readable = false;
    bool writable = false;
    bool ends = false;  ///< behind what there is to read, nothing will come
  };

  /// epoll_pwait2 came with Linux 5.11, and some containers forbid it: then by ppoll, from then on.
  enum class Waits : std::uint8_t { kByEpoll, kByPpoll };

  /// Errors: boost::system::system_error if the process has no descriptor for it.
  explicit Readiness(Waits waits = Waits::kByEpoll);
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  ~Readiness();

  /// Watches `fd` until it is closed. False: the kernel can't watch more.
  bool add(int fd, std::uint64_t token, bool want_writable);
  /// Says anew what is to be told of a watched one, which is told at once if it is so already.
  void change(int fd, std::uint64_t token, bool want_writable);

  /// What is ready at once, or after `patience` at most; valid until the next call. The tokens may
  /// be of sockets that the reader of an earlier one of them closes.
  std::span<const Event> wait(pacing::Duration patience);

 private:
  /// Bounds how long a turn of the loop can get.
  static constexpr std::size_t kMaxEvents = 64;

  int collect(pacing::Duration patience);

  // Constant after construction
  const int set_;
  // Owned by the worker's thread
  Waits waits_;
  std::array<epoll_event, kMaxEvents> raw_{};
  std::array<Event, kMaxEvents> events_{};
};

}  // namespace throng::transport
