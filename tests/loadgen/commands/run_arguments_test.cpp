#include "loadgen/commands/run_arguments.hpp"

#include <gmock/gmock.h>

namespace throng::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(ScriptArgs, AreTakenInEachForm) {
  EXPECT_THAT(parse_script_args({"gap=5s", "--speed=720", "--per_day", "20"}),
              ElementsAre(Pair("gap", "5s"), Pair("per_day", "20"), Pair("speed", "720")));
  EXPECT_THAT(parse_script_args({}), IsEmpty());
}

TEST(ScriptArgs, MayHoldAnythingButTheirName) {
  EXPECT_THAT(parse_script_args({"text=a=b", "empty=", "--sign", "--5"}),
              ElementsAre(Pair("empty", ""), Pair("sign", "--5"), Pair("text", "a=b")));
}

TEST(ScriptArgs, TheLastOneCounts) {
  EXPECT_THAT(parse_script_args({"gap=5s", "gap=6s"}), ElementsAre(Pair("gap", "6s")));
}

TEST(ScriptArgs, NameTheWordThatIsNone) {
  for (const char* word : {"other.lua", "=5s", "--", "--last"}) {
    try {
      parse_script_args({"gap=5s", word});
      ADD_FAILURE() << word;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("\"" + std::string(word) + "\" isn't an argument"));
      EXPECT_THAT(error.what(), HasSubstr("NAME=VALUE"));
    }
  }
}

TEST(ScriptArgs, NeedAName) {
  EXPECT_THROW(parse_script_args({"--=5s", "gap=5s"}), std::runtime_error);
}

TEST(DefaultOut, NamesScenarioAndTime) {
  const std::chrono::system_clock::time_point now{std::chrono::seconds(1'795'268'035)};
  EXPECT_EQ(default_out("one_to_one", now), "throng-out/one_to_one-20261121T133355Z");
}

}  // namespace
}  // namespace throng::commands
