#include "loadgen/simulate/aggregate/volume.hpp"

#include <gtest/gtest.h>

#include "tests/loadgen/simulate/aggregate/sample_traffic.hpp"

namespace throng::simulate {
namespace {

TEST(Volume, CountsTextsAndCopies) {
  const auto volume = [](const char* population) {
    return volume_of(traffic_of(std::string("scenario { users = \"1M\", duration = \"1d\", groups "
                                            "= { per_user = 1, size = 11 } }\n") +
                                population));
  };
  const Volume once = volume("population { messages = \"1d\", bytes = 100, stored = 300 }");
  EXPECT_NEAR(once.stored, 1e6 * 300, 1);
  // A message goes once to the server and ten times from it, with what the events need beside it.
  EXPECT_GT(once.received, 1e6 * 100);
  EXPECT_GT(once.sent, 10 * 1e6 * 100);
  const Volume longer = volume("population { messages = \"1d\", bytes = 200, stored = 300 }");
  EXPECT_NEAR(longer.received - once.received, 1e6 * 100, 1);
  EXPECT_NEAR(longer.sent - once.sent, 10 * 1e6 * 100, 10);
}

}  // namespace
}  // namespace throng::simulate
