#include "loadgen/play/crew_seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throng::play {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "a key of the tests, which is nobody else's";
constexpr const char* kOther = "another key of the tests, as long as the one";

using Record = std::vector<unsigned char>;

/// Both ends of a line that was just opened.
struct Line {
  explicit Line(const char* coordinators = kSecret, const char* crews = kSecret)
      : coordinator(CrewKey(coordinators), Handshake::Side::kCoordinator, "1.0"),
        crew(CrewKey(crews), Handshake::Side::kCrew, "1.0"),
        sealer(crew.agree(coordinator.greeting())->to_coordinator),
        opener(coordinator.agree(crew.greeting())->to_coordinator, sealer.header()) {}

  Record seal(std::string_view text, bool last = true) {
    std::string out;
    sealer.seal(text, last, out);
    RecordLength length;
    std::copy_n(out.begin(), length.size(), length.begin());
    EXPECT_EQ(read_length(length), out.size() - length.size());
    return {out.begin() + length.size(), out.end()};
  }

  Handshake coordinator;
  Handshake crew;
  Sealer sealer;
  Opener opener;
};

TEST(CrewSeal, BringsOverWhatWasSaid) {
  Line line;
  std::string text;
  EXPECT_EQ(line.opener.open(line.seal("half a ", false), text), false);
  EXPECT_EQ(line.opener.open(line.seal("message"), text), true);
  EXPECT_EQ(text, "half a message");
}

TEST(CrewSeal, ShowsNobodyWhatWasSaid) {
  Line line;
  const Record record = line.seal("the target's secret");
  EXPECT_THAT(std::string(record.begin(), record.end()), Not(HasSubstr("secret")));
}

TEST(CrewSeal, TakesNothingThatWasChanged) {
  for (std::size_t at = 0; at < 4 + kSealBytes; ++at) {
    Line line;
    Record record = line.seal("four");
    record[at] ^= 1;
    std::string text;
    EXPECT_EQ(line.opener.open(record, text), std::nullopt) << "byte " << at;
    EXPECT_EQ(text, "");
  }
}

TEST(CrewSeal, TakesNothingThatWasCutShort) {
  for (std::size_t bytes = 0; bytes < 4 + kSealBytes; ++bytes) {
    Line line;
    const Record record = line.seal("four");
    std::string text;
    EXPECT_EQ(line.opener.open(std::span(record).first(bytes), text), std::nullopt) << bytes;
  }
}

TEST(CrewSeal, TakesEachRecordOnceAndInOrder) {
  Line line;
  const Record first = line.seal("first");
  const Record second = line.seal("second");
  std::string text;
  EXPECT_EQ(line.opener.open(second, text), std::nullopt) << "the first was left out";
  EXPECT_EQ(line.opener.open(first, text), true);
  EXPECT_EQ(line.opener.open(first, text), std::nullopt) << "it was repeated";
  EXPECT_EQ(line.opener.open(second, text), true);
}

TEST(CrewSeal, TakesNothingOfAnotherLine) {
  Line line;
  Line earlier;
  std::string text;
  EXPECT_EQ(line.opener.open(earlier.seal("from another line"), text), std::nullopt);
}

TEST(CrewSeal, TakesNothingThatIsSaidAgainOnANewLine) {
  Line earlier;
  const Record record = earlier.seal("a whole line, greeting and all");
  const Handshake coordinator(CrewKey(kSecret), Handshake::Side::kCoordinator, "1.0");
  Opener opener(coordinator.agree(earlier.crew.greeting())->to_coordinator,
                earlier.sealer.header());
  std::string text;
  EXPECT_EQ(opener.open(record, text), std::nullopt);
  EXPECT_EQ(earlier.opener.open(record, text), true) << "where it was meant for";
}

TEST(CrewSeal, TakesNothingOfWhatWasSaidTheOtherWay) {
  Line line;
  const auto keys = line.crew.agree(line.coordinator.greeting());
  EXPECT_NE(keys->to_crew, keys->to_coordinator);
}

TEST(CrewSeal, TakesNothingFromWhoHasAnotherKey) {
  Line line(kSecret, kOther);
  std::string text;
  EXPECT_EQ(line.opener.open(line.seal("hello"), text), std::nullopt);
}

TEST(CrewSeal, RefusesAnotherVersion) {
  const Handshake coordinator(CrewKey(kSecret), Handshake::Side::kCoordinator, "1.0");
  const Handshake crew(CrewKey(kSecret), Handshake::Side::kCrew, "1.1\x1b[31m");
  const auto keys = coordinator.agree(crew.greeting());
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().message,
            "it is throng 1.1?[31m, and this is 1.0: both ends must be of one version");
}

TEST(CrewSeal, RefusesWhatIsNoCrew) {
  const Handshake coordinator(CrewKey(kSecret), Handshake::Side::kCoordinator, "1.0");
  Greeting greeting;
  std::ranges::copy(std::string_view("GET / HTTP/1.1"), greeting.protocol.begin());
  const auto keys = coordinator.agree(greeting);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("isn't a crew of throng"));
}

TEST(CrewSeal, RefusesAKeyThatAnybodyCouldGuess) {
  const Handshake coordinator(CrewKey(kSecret), Handshake::Side::kCoordinator, "1.0");
  Greeting greeting = Handshake(CrewKey(kSecret), Handshake::Side::kCrew, "1.0").greeting();
  greeting.public_key = {};
  EXPECT_FALSE(coordinator.agree(greeting));
}

TEST(CrewSeal, HoldsNoMoreThanARecord) {
  EXPECT_EQ(read_length({0xff, 0xff, 0xff, 0xff}), std::nullopt);
  EXPECT_EQ(read_length({kSealBytes - 1, 0, 0, 0}), std::nullopt);
  EXPECT_EQ(read_length({kSealBytes, 0, 0, 0}), kSealBytes);
  EXPECT_EQ(read_length({kSealBytes, 0, 1, 0}), kMaxSealedText + kSealBytes);
  EXPECT_EQ(read_length({kSealBytes + 1, 0, 1, 0}), std::nullopt);
}

}  // namespace
}  // namespace throng::play
