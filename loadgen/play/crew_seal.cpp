#include "loadgen/play/crew_seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace throng::play {
namespace {

/// Its number goes up with each change of what a coordinator and its crews say.
constexpr std::string_view kProtocol = "throng.crew/5\n";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Bytes that nobody finds in memory later.
template <std::size_t n>
struct SecretBytes : std::array<unsigned char, n> {
  ~SecretBytes() { sodium_memzero(this->data(), n); }
};

template <std::size_t n>
void write_text(std::string_view text, std::array<char, n>& out) {
  std::ranges::copy(text.substr(0, n), out.begin());
}

/// Without the zeros, and without anything that would do harm on a terminal.
template <std::size_t n>
std::string read_text(const std::array<char, n>& in) {
  std::string text(in.begin(), std::ranges::find(in, '\0'));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

CrewKey::CrewKey(std::string_view secret) {
  assert(secret.size() >= kMinSecretBytes);
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
  crypto_generichash(bytes.data(), bytes.size(), bytes_of(secret), secret.size(), nullptr, 0);
}

Sealer::Sealer(const SealKey& key) {
  crypto_secretstream_xchacha20poly1305_init_push(&state_, header_.data(), key.data());
}

void Sealer::seal(std::string_view text, bool last, std::string& out) {
  assert(text.size() <= kMaxSealedText);
  const std::size_t bytes = text.size() + kSealBytes;
  const std::size_t at = out.size();
  for (std::size_t i = 0; i < sizeof(RecordLength); ++i) {
    out += static_cast<char>(bytes >> (8 * i));
  }
  out.resize(out.size() + bytes);
  crypto_secretstream_xchacha20poly1305_push(
      &state_, reinterpret_cast<unsigned char*>(out.data()) + at + sizeof(RecordLength), nullptr,
      bytes_of(text), text.size(), nullptr, 0,
      last ? crypto_secretstream_xchacha20poly1305_TAG_PUSH
           : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
}

std::optional<std::size_t> read_length(const RecordLength& length) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < length.size(); ++i) bytes |= std::size_t{length[i]} << (8 * i);
  if (bytes < kSealBytes || bytes > kMaxSealedText + kSealBytes) return std::nullopt;
  return bytes;
}

Opener::Opener(const SealKey& key, const SealHeader& header) {
  crypto_secretstream_xchacha20poly1305_init_pull(&state_, header.data(), key.data());
}

std::optional<bool> Opener::open(std::span<const unsigned char> sealed, std::string& text) {
  if (sealed.size() < kSealBytes) return std::nullopt;
  const std::size_t at = text.size();
  text.resize(at + sealed.size() - kSealBytes);
  unsigned char tag = 0;
  const bool sound = crypto_secretstream_xchacha20poly1305_pull(
                         &state_, reinterpret_cast<unsigned char*>(text.data()) + at, nullptr, &tag,
                         sealed.data(), sealed.size(), nullptr, 0) == 0;
  if (!sound) {
    text.resize(at);
    return std::nullopt;
  }
  return tag == crypto_secretstream_xchacha20poly1305_TAG_PUSH;
}

Handshake::Handshake(const CrewKey& key, Side side, std::string_view version)
    : key_(key), side_(side) {
  write_text(kProtocol, greeting_.protocol);
  write_text(version, greeting_.version);
  randombytes_buf(secret_.data(), secret_.size());
  crypto_scalarmult_base(greeting_.public_key.data(), secret_.data());
}

Handshake::~Handshake() { sodium_memzero(secret_.data(), secret_.size()); }

Handshake::Keys::~Keys() {
  sodium_memzero(to_crew.data(), to_crew.size());
  sodium_memzero(to_coordinator.data(), to_coordinator.size());
}

boost::system::result<Handshake::Keys, HandshakeError> Handshake::agree(
    const Greeting& theirs) const {
  const bool is_crew = side_ == Side::kCrew;
  if (theirs.protocol != greeting_.protocol) {
    return HandshakeError{
        fmt::format("what is there isn't a {} of throng, or is one of another build",
                    is_crew ? "coordinator" : "crew")};
  }
  if (theirs.version != greeting_.version) {
    return HandshakeError{
        fmt::format("it is throng {}, and this is {}: both ends must be of one version",
                    read_text(theirs.version), read_text(greeting_.version))};
  }
  SecretBytes<crypto_scalarmult_BYTES> common;
  if (crypto_scalarmult(common.data(), secret_.data(), theirs.public_key.data()) != 0) {
    return HandshakeError{"its key for this line is a bad one"};
  }
  const Greeting& coordinator = is_crew ? theirs : greeting_;
  const Greeting& crew = is_crew ? greeting_ : theirs;
  SecretBytes<2 * sizeof(SealKey)> drawn;
  crypto_generichash_state state;
  crypto_generichash_init(&state, key_.bytes.data(), key_.bytes.size(), drawn.size());
  crypto_generichash_update(&state, common.data(), common.size());
  for (const Greeting* each : {&coordinator, &crew}) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(each), sizeof *each);
  }
  crypto_generichash_final(&state, drawn.data(), drawn.size());
  Keys keys;
  std::copy_n(drawn.begin(), keys.to_crew.size(), keys.to_crew.begin());
  std::copy_n(drawn.begin() + keys.to_crew.size(), keys.to_coordinator.size(),
              keys.to_coordinator.begin());
  return keys;
}

}  // namespace throng::play
