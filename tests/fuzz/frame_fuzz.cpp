// A stream of bytes in pieces of any size: messages stay within the limit and are UTF-8, and after
// a failure there is nothing but that failure.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/frame.hpp"
#include "protocol/utf8.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using throng::fuzz::check;
using throng::protocol::FrameReader;
using throng::protocol::FrameRole;
using Kind = FrameReader::Item::Kind;

constexpr std::size_t kMostBytes = 1000;
constexpr std::size_t kMostControlBytes = 125;

void look_at(const FrameReader::Item& item) {
  if (item.kind == Kind::kNeedMore || item.kind == Kind::kFailed) return;
  const bool control = item.kind != Kind::kText && item.kind != Kind::kBinary;
  check(item.payload.size() <= (control ? kMostControlBytes : kMostBytes), "over the limit");
  const bool text = item.kind == Kind::kText || item.kind == Kind::kClose;
  check(!text || throng::protocol::is_valid_utf8(item.payload), "not UTF-8");
}

/// Feeds the bytes piece by piece, as a connection does; what is incomplete stays for the next.
void feed(FrameRole role, std::string bytes, std::size_t piece) {
  FrameReader reader(role, kMostBytes);
  std::vector<char> waiting;
  bool failed = false;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::size_t end = std::min(at + piece, bytes.size());
    waiting.insert(waiting.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                   bytes.begin() + static_cast<std::ptrdiff_t>(end));
    std::size_t taken = 0;
    for (;;) {
      std::size_t used = 0;
      const auto item = reader.next(std::span(waiting).subspan(taken), used);
      taken += used;
      check(taken <= waiting.size(), "took more than there was");
      check(!failed || item.kind == Kind::kFailed, "goes on after a failure");
      look_at(item);
      failed = item.kind == Kind::kFailed;
      if (failed) return;
      if (item.kind == Kind::kNeedMore) break;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    check(waiting.size() <= kMostBytes + throng::protocol::kMaxFrameHeaderBytes,
          "keeps more than a message");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const FrameRole role = (data[0] & 1) != 0 ? FrameRole::kServer : FrameRole::kClient;
  const std::size_t piece = data[1] % 64U + 1;
  feed(role, std::string(reinterpret_cast<const char*>(data) + 2, size - 2), piece);
  return 0;
}
