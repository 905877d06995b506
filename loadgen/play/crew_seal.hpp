#pragma once

#include <sodium/crypto_secretstream_xchacha20poly1305.h>

#include <array>
#include <boost/system/result.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// How a coordinator and a crew on another machine keep what they say to themselves: the line
/// carries scripts to run and the target's secret. Both know a key beforehand, and nobody without
/// it gets a word in or out. No sockets here.
namespace throng::play {

using SealKey = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES>;
using SealHeader = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES>;

/// Made of the secret that both ends were given.
struct CrewKey {
  /// As many as a random key has: whoever has seen a line can try keys as fast as they like.
  static constexpr std::size_t kMinSecretBytes = 32;

  /// Requires: at least kMinSecretBytes.
  explicit CrewKey(std::string_view secret);

  SealKey bytes;
};

/// What each end says first, in the clear. Text ends with zeros.
///
///   "throng.crew/2\n" | version "0.1.0" | public key
struct Greeting {
  std::array<char, 16> protocol{};
  std::array<char, 16> version{};
  std::array<unsigned char, 32> public_key{};
};
static_assert(sizeof(Greeting) == 64);

/// One direction of a line, at its end where things are said.
class Sealer {
 public:
  explicit Sealer(const SealKey& key);

  /// Which the other end needs before the first record.
  const SealHeader& header() const { return header_; }
  /// Appends a record: its length and the sealed text. `last` ends a message of several.
  /// Requires: at most kMaxSealedText bytes.
  void seal(std::string_view text, bool last, std::string& out);

 private:
  crypto_secretstream_xchacha20poly1305_state state_;
  SealHeader header_;
};

inline constexpr std::size_t kMaxSealedText = 64 * 1024;
inline constexpr std::size_t kSealBytes = crypto_secretstream_xchacha20poly1305_ABYTES;
/// What stands before each record: the length of its sealed text, the lowest byte first.
using RecordLength = std::array<unsigned char, 4>;
/// nullopt for what no Sealer writes.
std::optional<std::size_t> read_length(const RecordLength& length);

/// The same direction at its other end. Records open in the order in which they were sealed, each
/// once: one that was changed, left out, repeated or made without the key doesn't.
class Opener {
 public:
  Opener(const SealKey& key, const SealHeader& header);

  /// Appends what was sealed to `text`, and says whether it was the last of its message; nullopt:
  /// it wasn't sealed at the other end, or isn't its next record.
  std::optional<bool> open(std::span<const unsigned char> sealed, std::string& text);

 private:
  crypto_secretstream_xchacha20poly1305_state state_;
};

/// Why two programs can't talk: a sentence's end.
struct HandshakeError {
  std::string message;
};

/// How the two ends of a new line agree on its keys: from the key that both know, the greetings of
/// both, and a secret that they make up for this line alone (X25519). Who repeats an old line's
/// bytes gets another line's keys, and a key that becomes known later opens no old line.
class Handshake {
 public:
  enum class Side { kCoordinator, kCrew };
  struct Keys {
    ~Keys();

    SealKey to_crew;
    SealKey to_coordinator;
  };

  Handshake(const CrewKey& key, Side side, std::string_view version);
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake();

  const Greeting& greeting() const { return greeting_; }
  /// Errors: why there can't be a line with who says this. That the other end has another key shows
  /// when its first record doesn't open.
  boost::system::result<Keys, HandshakeError> agree(const Greeting& theirs) const;

 private:
  const CrewKey key_;
  const Side side_;
  Greeting greeting_;
  std::array<unsigned char, 32> secret_;
};

}  // namespace throng::play
