#include "loadgen/play/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace throng::play {
namespace {

using testing::HasSubstr;

RunOptions options_with(const std::string& script) {
  RunOptions options;
  options.source = {"broken.lua", "broken", script, "", {}};
  options.secret = "0123456789abcdef";
  options.handle_signals = false;
  return options;
}

TEST(Play, EndsWithTheScriptsFileAndLine) {
  const RunOutcome outcome = play(options_with("-- Broken.\nscenario {"));
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("broken.lua:2"));
  EXPECT_FALSE(outcome.result);
}

TEST(Play, RefusesAShortSecret) {
  RunOptions options = options_with(
      "-- Fine.\nscenario { users = 1, duration = 1 }\n"
      "function user(me) end");
  options.secret = "short";
  const RunOutcome outcome = play(options);
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("at least 16 bytes"));
}

TEST(Play, HasANameForEachPhase) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(Phase::kHandOver);
  for (int phase = 0; phase <= last; ++phase) names.insert(phase_name(static_cast<Phase>(phase)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
}

TEST(Play, UsesAThreadAtLeast) { EXPECT_GE(default_threads(), 1u); }

}  // namespace
}  // namespace throng::play
