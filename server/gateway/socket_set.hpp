#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "server/gateway/socket.hpp"

namespace throng::gateway {

/// Tells which of a shard's sessions and shared connections can go on. Level-triggered: a socket is
/// named each time until what made it ready is dealt with, so reading costs no call beside the read
/// itself. A socket leaves the set when it is closed. Owned by the shard's thread.
class SocketSet {
 public:
  /// What a session waits for; both false: only for the end of the connection.
  struct Interest {
    bool read = false;
    bool write = false;
    friend bool operator==(const Interest&, const Interest&) = default;
  };
  /// Whose socket it is, in the shard's slot table of its kind.
  struct Owner {
    enum class Kind : std::uint8_t { kSession, kShared };
    Kind kind;
    std::uint32_t slot;  ///< below 2^31
    std::uint32_t generation;
  };
  struct Ready {
    Owner owner;
    bool readable;
    bool writable;
    bool over;  ///< broken, or closed by both sides
  };

  /// Errors: throws boost::system::system_error when the kernel has no descriptor to give.
  SocketSet();

  /// Readable whenever a socket of the set is ready.
  int descriptor() const { return set_.descriptor(); }

  /// Errors: false when the kernel has no memory for it.
  bool add(const Socket& socket, Owner owner, Interest interest);
  void change(const Socket& socket, Owner owner, Interest interest);

  /// Those that are ready now, up to kMaxReady; the rest come next time. Valid until the next call.
  std::span<const Ready> poll();

  static constexpr std::size_t kMaxReady = 512;

 private:
  bool control(int operation, const Socket& socket, Owner owner, Interest interest);

  Socket set_;  ///< of the kernel's
  std::array<Ready, kMaxReady> ready_;
};

}  // namespace throng::gateway
