#include "protocol/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/codec.hpp"

namespace throng::protocol {
namespace {

using namespace std::string_literals;
using Kind = FrameReader::Item::Kind;

constexpr std::size_t kLimit = 1024;
constexpr std::uint32_t kMask = 0x37fa213d;

struct Seen {
  Kind kind;
  std::string payload;
  std::uint16_t close_code = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "{kind " << static_cast<int>(seen.kind) << ", " << seen.payload.size() << " bytes "
       << testing::PrintToString(seen.payload) << ", close " << seen.close_code << "}";
}

/// Feeds a reader in pieces of `step` bytes, the way a connection does.
std::vector<Seen> read_in_steps(FrameReader& reader, std::string_view stream, std::size_t step) {
  std::vector<Seen> seen;
  std::string buffer;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    buffer += stream.substr(at, step);
    while (true) {
      std::size_t used = 0;
      const FrameReader::Item item = reader.next(buffer, used);
      const Seen copy{item.kind, std::string(item.payload), item.close_code};
      buffer.erase(0, used);
      if (item.kind == Kind::kNeedMore) break;
      seen.push_back(copy);
      if (item.kind == Kind::kFailed) return seen;
    }
  }
  return seen;
}

std::vector<Seen> read_all(FrameRole role, std::string_view stream, std::size_t limit = kLimit) {
  FrameReader reader(role, limit);
  return read_in_steps(reader, stream, stream.size());
}

/// A masked frame with whatever first byte a test wants.
std::string masked(unsigned char first, std::string_view payload) {
  std::string frame;
  append_masked_frame(frame, Opcode::kText, payload, kMask);
  frame[0] = static_cast<char>(first);
  return frame;
}

// ---- The examples of RFC 6455 section 5.7 ----

TEST(FrameRfc6455, UnmaskedText) {
  const std::string frame = "\x81\x05\x48\x65\x6c\x6c\x6f"s;
  std::string made;
  append_frame(made, Opcode::kText, "Hello");
  EXPECT_EQ(made, frame);
  EXPECT_THAT(read_all(FrameRole::kClient, frame),
              testing::ElementsAre(Seen{Kind::kText, "Hello"}));
}

TEST(FrameRfc6455, MaskedText) {
  const std::string frame = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s;
  std::string made;
  append_masked_frame(made, Opcode::kText, "Hello", kMask);
  EXPECT_EQ(made, frame);
  EXPECT_THAT(read_all(FrameRole::kServer, frame),
              testing::ElementsAre(Seen{Kind::kText, "Hello"}));
}

TEST(FrameRfc6455, FragmentedText) {
  const std::string frames = "\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"s;
  EXPECT_THAT(read_all(FrameRole::kClient, frames),
              testing::ElementsAre(Seen{Kind::kText, "Hello"}));
}

TEST(FrameRfc6455, PingAndMaskedPong) {
  EXPECT_THAT(read_all(FrameRole::kClient, "\x89\x05\x48\x65\x6c\x6c\x6f"s),
              testing::ElementsAre(Seen{Kind::kPing, "Hello"}));
  EXPECT_THAT(read_all(FrameRole::kServer, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s),
              testing::ElementsAre(Seen{Kind::kPong, "Hello"}));
}

TEST(FrameRfc6455, LongBinary) {
  const std::string medium(256, 'm');
  EXPECT_THAT(read_all(FrameRole::kClient, "\x82\x7e\x01\x00"s + medium),
              testing::ElementsAre(Seen{Kind::kBinary, medium}));
  const std::string large(65536, 'l');
  EXPECT_THAT(read_all(FrameRole::kClient, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + large,
                       large.size()),
              testing::ElementsAre(Seen{Kind::kBinary, large}));
}

TEST(FrameRfc6455, AcceptKeyOfSection4) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

// ---- Lengths, pieces and order ----

TEST(Frame, EveryLengthFormComesBack) {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 70000}) {
    const std::string payload(size, 'x');
    std::string unmasked;
    std::string masked_frame;
    append_frame(unmasked, Opcode::kBinary, payload);
    append_masked_frame(masked_frame, Opcode::kBinary, payload, 0x01020304);
    EXPECT_LE(masked_frame.size(), size + kMaxFrameHeaderBytes);
    EXPECT_THAT(read_all(FrameRole::kClient, unmasked, 70000),
                testing::ElementsAre(Seen{Kind::kBinary, payload}));
    EXPECT_THAT(read_all(FrameRole::kServer, masked_frame, 70000),
                testing::ElementsAre(Seen{Kind::kBinary, payload}));
  }
}

/// A text, a fragmented text with a ping and a pong in between, a binary, a close.
std::string mixed_stream() {
  std::string stream;
  append_masked_frame(stream, Opcode::kText, "first", 0xdeadbeef);
  stream += masked(0x01, "Gr\xc3");  // the two bytes of u-umlaut fall into two fragments
  append_masked_frame(stream, Opcode::kPing, "still there?", 7);
  stream += masked(0x00, "\xbc\xc3");
  append_masked_frame(stream, Opcode::kPong, "", 9);
  stream += masked(0x80,
                   "\x9f"
                   "e");
  append_masked_frame(stream, Opcode::kBinary, "\x00\xff"s, kMask);
  append_masked_frame(stream, Opcode::kClose, close_payload(1001, "bye"), kMask);
  return stream;
}

TEST(Frame, AnyCutOfTheStreamGivesTheSameItems) {
  const std::string stream = mixed_stream();
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    FrameReader reader(FrameRole::kServer, kLimit);
    EXPECT_THAT(
        read_in_steps(reader, stream, step),
        testing::ElementsAre(Seen{Kind::kText, "first"}, Seen{Kind::kPing, "still there?"},
                             Seen{Kind::kPong, ""}, Seen{Kind::kText, "Grüße"},
                             Seen{Kind::kBinary, "\x00\xff"s}, Seen{Kind::kClose, "bye", 1001}))
        << "in steps of " << step;
  }
}

TEST(Frame, WholeFrameIsReadInPlace) {
  std::string stream;
  append_masked_frame(stream, Opcode::kText, "Hello", kMask);
  FrameReader reader(FrameRole::kServer, kLimit);
  std::size_t used = 0;
  const FrameReader::Item item = reader.next(stream, used);
  EXPECT_EQ(used, stream.size());
  EXPECT_EQ(item.payload.data(), stream.data() + stream.size() - 5);
}

TEST(Frame, FragmentedMessageIsPaddedForTheDecoder) {
  static_assert(kFragmentPadding >= kDecodePadding);
  std::string stream = masked(0x01, R"({"op":)") + masked(0x80, R"("ping"})");
  FrameReader reader(FrameRole::kServer, kLimit);
  std::size_t used = 0;
  const FrameReader::Item item = reader.next(stream, used);
  ASSERT_EQ(item.kind, Kind::kText);
  EXPECT_EQ(item.payload, R"({"op":"ping"})");
  const std::string_view behind(item.payload.data() + item.payload.size(), kFragmentPadding);
  EXPECT_EQ(behind, std::string(kFragmentPadding, '\0'));
}

TEST(Frame, TextHeaderAndPayloadMakeAFrame) {
  for (const std::size_t size : {0, 125, 126, 65536}) {
    const std::string payload(size, 'x');
    std::string whole;
    std::string header;
    append_frame(whole, Opcode::kText, payload);
    append_text_header(header, size);
    EXPECT_EQ(header + payload, whole);
  }
}

TEST(Frame, IncompleteFrameIsLeftAsItIs) {
  const std::string frame = masked(0x81, "Hello");
  std::string part = frame.substr(0, frame.size() - 1);
  FrameReader reader(FrameRole::kServer, kLimit);
  std::size_t used = 99;
  EXPECT_EQ(reader.next(part, used).kind, Kind::kNeedMore);
  EXPECT_EQ(used, 0U);
  EXPECT_EQ(part, frame.substr(0, frame.size() - 1));
}

TEST(Frame, CloseWithoutACodeIs1005) {
  EXPECT_THAT(read_all(FrameRole::kServer, masked(0x88, "")),
              testing::ElementsAre(Seen{Kind::kClose, "", 1005}));
}

TEST(Frame, CloseReasonIsCutBetweenCharacters) {
  EXPECT_EQ(close_payload(1000, ""), "\x03\xe8");
  EXPECT_EQ(close_payload(4006, std::string(200, 'a')).size(), 125U);
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  EXPECT_EQ(close_payload(4006, umlauts), close_payload(4006, umlauts.substr(0, 122)));
}

// ---- Refusals ----

struct Refusal {
  const char* what;
  FrameRole role;
  std::string stream;
  std::uint16_t close_code = 1002;
};

class FrameRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(FrameRefuses, AndKeepsRefusing) {
  const Refusal& refusal = GetParam();
  FrameReader reader(refusal.role, kLimit);
  const auto seen = read_in_steps(reader, refusal.stream, 1);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), (Seen{Kind::kFailed, "", refusal.close_code}));

  std::string fine = refusal.role == FrameRole::kServer ? masked(0x81, "hi") : "\x81\x02hi"s;
  std::size_t used = 0;
  const FrameReader::Item again = reader.next(fine, used);
  EXPECT_EQ(again.kind, Kind::kFailed);
  EXPECT_EQ(again.error, refusal.close_code == 1009 ? Error::kTooLarge : Error::kBadFrame);
  EXPECT_EQ(used, 0U);
}

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> rows{
      {"UnmaskedToServer", FrameRole::kServer, "\x81\x02hi"},
      {"MaskedToClient", FrameRole::kClient, masked(0x81, "hi")},
      {"Rsv1", FrameRole::kServer, masked(0xc1, "hi")},
      {"Rsv2", FrameRole::kServer, masked(0xa1, "hi")},
      {"Rsv3", FrameRole::kServer, masked(0x91, "hi")},
      {"Opcode3", FrameRole::kServer, masked(0x83, "hi")},
      {"Opcode7", FrameRole::kServer, masked(0x87, "hi")},
      {"OpcodeB", FrameRole::kServer, masked(0x8b, "hi")},
      {"OpcodeF", FrameRole::kServer, masked(0x8f, "hi")},
      {"FragmentedPing", FrameRole::kServer, masked(0x09, "hi")},
      {"FragmentedClose", FrameRole::kServer, masked(0x08, "")},
      {"LongPing", FrameRole::kServer, masked(0x89, std::string(126, 'p'))},
      {"LongClose", FrameRole::kServer,
       masked(0x88, close_payload(1000, "") + std::string(124, 'c'))},
      {"ContinuationOfNothing", FrameRole::kServer, masked(0x80, "hi")},
      {"ContinuationAfterTheEnd", FrameRole::kServer,
       masked(0x01, "a") + masked(0x80, "b") + masked(0x80, "c")},
      {"TextWithinFragments", FrameRole::kServer, masked(0x01, "a") + masked(0x81, "b")},
      {"BinaryWithinFragments", FrameRole::kServer, masked(0x01, "a") + masked(0x02, "b")},
      {"Length125In16Bits", FrameRole::kClient, "\x82\x7e\x00\x7d"s},
      {"Length65535In64Bits", FrameRole::kClient, "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s},
      {"LengthWithHighBit", FrameRole::kClient, "\x82\x7f\x80\x00\x00\x00\x00\x01\x00\x00"s},
      {"CloseOfOneByte", FrameRole::kServer, masked(0x88, "\x03")},
      {"Close999", FrameRole::kServer, masked(0x88, close_payload(999, ""))},
      {"Close1004", FrameRole::kServer, masked(0x88, close_payload(1004, ""))},
      {"Close1005", FrameRole::kServer, masked(0x88, close_payload(1005, ""))},
      {"Close1006", FrameRole::kServer, masked(0x88, close_payload(1006, ""))},
      {"Close1015", FrameRole::kServer, masked(0x88, close_payload(1015, ""))},
      {"Close2999", FrameRole::kServer, masked(0x88, close_payload(2999, ""))},
      {"Close5000", FrameRole::kServer, masked(0x88, close_payload(5000, ""))},
      {"TextNotUtf8", FrameRole::kServer, masked(0x81, "a\xff"), 1007},
      {"TextWithSurrogate", FrameRole::kServer, masked(0x81, "\xed\xa0\x80"), 1007},
      {"TextOverlong", FrameRole::kServer, masked(0x81, "\xc0\x80"), 1007},
      {"TextCutWithinACharacter", FrameRole::kServer, masked(0x81, "\xc3"), 1007},
      {"FragmentsNotUtf8", FrameRole::kServer, masked(0x01, "\xc3") + masked(0x80, "a"), 1007},
      {"CloseReasonNotUtf8", FrameRole::kServer, masked(0x88, "\x03\xe8\xff"), 1007},
      {"TooLarge", FrameRole::kServer, masked(0x81, std::string(kLimit + 1, 'x')), 1009},
      {"TooLargeTogether", FrameRole::kServer,
       masked(0x01, std::string(kLimit, 'x')) + masked(0x80, "x"), 1009},
  };
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Frame, FrameRefuses, testing::ValuesIn(refusals()),
                         [](const auto& row) { return row.param.what; });

TEST(Frame, LimitItselfIsAllowed) {
  const std::string payload(kLimit, 'x');
  EXPECT_THAT(read_all(FrameRole::kServer, masked(0x81, payload)),
              testing::ElementsAre(Seen{Kind::kText, payload}));
  EXPECT_THAT(read_all(FrameRole::kServer, masked(0x01, payload) + masked(0x80, "")),
              testing::ElementsAre(Seen{Kind::kText, payload}));
}

TEST(Frame, TooLargeIsSeenInTheHeader) {
  // Neither the mask nor a byte of the payload is there yet.
  EXPECT_THAT(read_all(FrameRole::kServer, "\x82\xff\x00\x00\x00\x10\x00\x00\x00\x00"s),
              testing::ElementsAre(Seen{Kind::kFailed, "", 1009}));
}

TEST(Frame, CloseCodesInUseAreTaken) {
  for (const std::uint16_t code : {1000, 1001, 1003, 1007, 1011, 1013, 3000, 4000, 4999}) {
    EXPECT_THAT(read_all(FrameRole::kServer, masked(0x88, close_payload(code, "why"))),
                testing::ElementsAre(Seen{Kind::kClose, "why", code}));
  }
}

// ---- Masks ----

TEST(Frame, MaskIsTheNaiveMaskAtEveryOffsetAndLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t offset = 0; offset < 9; ++offset) {
      std::string bytes;
      for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 31 + offset);
      std::string naive = bytes;
      for (std::size_t i = 0; i < size; ++i) {
        naive[i] = static_cast<char>(naive[i] ^ (kMask >> (24 - 8 * ((i + offset) % 4))));
      }
      apply_mask(bytes, kMask, offset);
      EXPECT_EQ(bytes, naive) << size << " bytes at offset " << offset;
    }
  }
}

// ---- Noise ----

TEST(Frame, NoiseNeverBreaksTheReader) {
  std::mt19937 random(1);
  const std::string good = mixed_stream();
  std::size_t failures = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string stream = good;
    const auto changes = random() % 4 + 1;
    for (unsigned i = 0; i < changes; ++i) {
      stream[random() % stream.size()] = static_cast<char>(random());
    }
    stream.resize(random() % stream.size() + 1);
    FrameReader reader(round % 2 == 0 ? FrameRole::kServer : FrameRole::kClient, kLimit);
    const auto seen = read_in_steps(reader, stream, random() % stream.size() + 1);
    for (const Seen& item : seen) EXPECT_LE(item.payload.size(), kLimit);
    if (!seen.empty() && seen.back().kind == Kind::kFailed) ++failures;
  }
  EXPECT_GT(failures, 10000U);  // the clients' half at least: every frame is masked
}

}  // namespace
}  // namespace throng::protocol
