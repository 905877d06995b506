#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "protocol/frame.hpp"
#include "server/gateway/services.hpp"
#include "server/gateway/socket_set.hpp"

namespace throng::gateway {

/// Hears what happens on a wire. Any of it may end the wire.
class WireOwner {
 public:
  /// Something came, whatever it was.
  virtual void on_heard() = 0;
  /// A text message; kDecodePadding bytes behind it are readable.
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary() = 0;
  /// The peer broke the framing; nothing more is read.
  virtual void on_bad_frame(protocol::Error error) = 0;
  /// There is something to write: to be flushed when the turn ends.
  virtual void will_flush() = 0;
  /// Writes what has gathered.
  virtual void flush() = 0;
  /// The kernel took all that there was.
  virtual void on_drained() = 0;
  /// The connection is of no use any more.
  virtual void on_broken() = 0;
  /// The owner doesn't want it any more.
  virtual bool is_over() const = 0;

 protected:
  ~WireOwner() = default;
};

/// A WebSocket connection on its shard, after the upgrade: frames in, text messages out. One write
/// is in flight at most; what the kernel didn't take waits here, and what else gathers meanwhile
/// waits at the owner. Owned by the shard's thread.
class Wire {
 public:
  /// Requires: `services` and `owner` outlive it.
  Wire(Services& services, WireOwner& owner, SocketSet::Owner name, Socket socket);

  void read_from_now_on() { watch({.read = true, .write = interest_.write}); }
  void pause_reading() { watch({.read = false, .write = interest_.write}); }
  /// Takes bytes that came before this was there.
  void take_early(std::string bytes);
  /// Goes on with what the socket is ready for.
  void on_ready(const SocketSet::Ready& ready);

  /// Sends `text` as one message and leaves it empty, or leaves it if earlier bytes still wait.
  void write(std::string& text);
  /// Sends `text` and a close frame, then waits for the peer to close.
  void hang_up(std::string& text, std::uint16_t code, std::string_view reason);

  /// What the kernel didn't take yet.
  std::size_t unsent_bytes() const { return unsent_.size() - sent_; }

 private:
  void watch(SocketSet::Interest interest);
  void read();
  void take_frames(std::span<char> input);
  /// False: no more is to be read.
  bool take(const protocol::FrameReader::Item& item);
  void answer_close(std::uint16_t code);
  void write_rest();
  bool send(std::string_view first, std::string_view second, std::size_t& sent);

  // Constant after construction
  Services& services_;
  WireOwner& owner_;
  const SocketSet::Owner name_;

  // Owned by the shard thread
  Socket socket_;
  SocketSet::Interest interest_;
  bool watched_ = false;  ///< the shard's sockets know it
  bool closing_ = false;  ///< the close frame is among what is unsent, or sent
  bool peer_closed_ = false;
  protocol::FrameReader reader_;
  std::string unread_;    ///< an incomplete frame
  std::string unsent_;    ///< framed bytes that the kernel didn't take yet, and
  std::size_t sent_ = 0;  ///< so many in front of them that it took
};

}  // namespace throng::gateway
