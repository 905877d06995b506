#include "protocol/session_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "protocol/ids.hpp"

namespace throng::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string session_line(SessionNumber session) {
  std::string line;
  append_session_line(line, session);
  return line;
}

std::vector<std::pair<SessionNumber, std::string>> parts_of(std::string_view text) {
  std::vector<std::pair<SessionNumber, std::string>> parts;
  for_each_part(text, [&](SessionNumber session, std::string_view events) {
    parts.emplace_back(session, events);
  });
  return parts;
}

TEST(SessionLine, IsWrittenExactlySo) {
  EXPECT_EQ(session_line(7), "{\"op\":\"session\",\"session\":7}\n");
}

TEST(SessionLine, IsReadAsItIsWritten) {
  for (const SessionNumber session : {SessionNumber{1}, SessionNumber{1'000}, kMaxId}) {
    EXPECT_EQ(read_session_line(session_line(session)), session);
  }
  EXPECT_EQ(read_session_line(R"({"op":"session","session":12})"), 12u);
}

TEST(SessionLine, IsNothingElse) {
  for (const std::string_view line :
       {"", "{\"op\":\"session\"}", "{\"op\":\"session\",\"session\":}",
        "{\"op\":\"session\",\"session\":0}", "{\"op\":\"session\",\"session\":-1}",
        "{\"op\":\"session\",\"session\":9007199254740992}",
        "{\"op\":\"session\",\"session\":99999999999999999999}",
        "{\"op\":\"session\",\"session\":7,\"x\":1}", "{\"op\":\"session\",\"session\":7} ",
        "{\"session\":7,\"op\":\"session\"}", "{\"op\":\"ping\"}"}) {
    EXPECT_EQ(read_session_line(line), std::nullopt) << line;
  }
}

TEST(SessionParts, AreWhatStandsBehindEachLine) {
  EXPECT_THAT(parts_of(session_line(7) + "a\nb\n" + session_line(8) + "c"),
              ElementsAre(Pair(7, "a\nb\n"), Pair(8, "c")));
  EXPECT_THAT(parts_of(session_line(7) + "a\n" + session_line(7) + "b\n"),
              ElementsAre(Pair(7, "a\n"), Pair(7, "b\n")));
}

TEST(SessionParts, AreLeftOutWhenThereIsNothingInThem) {
  EXPECT_THAT(parts_of(""), IsEmpty());
  EXPECT_THAT(parts_of(session_line(7)), IsEmpty());
  EXPECT_THAT(parts_of(session_line(7) + session_line(8) + "a\n"), ElementsAre(Pair(8, "a\n")));
}

TEST(SessionParts, HaveNoSessionBeforeTheFirstLine) {
  EXPECT_THAT(parts_of("a\n" + session_line(7) + "b\n"),
              ElementsAre(Pair(0, "a\n"), Pair(7, "b\n")));
  EXPECT_THAT(parts_of("a"), ElementsAre(Pair(0, "a")));
}

}  // namespace
}  // namespace throng::protocol
