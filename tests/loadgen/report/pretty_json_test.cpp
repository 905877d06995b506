#include "loadgen/report/pretty_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <sstream>

namespace throng::report {
namespace {

using boost::json::array;
using boost::json::object;

TEST(PrettyJson, PutsAMemberOnALineAndShortArraysOnOne) {
  const object value = {{"a", 1}, {"b", object{{"c", array{array{0, 5}, array{99.9, 7}}}}}};
  EXPECT_EQ(pretty_json(value),
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [[0, 5], [99.9, 7]]\n  }\n}\n");
}

TEST(PrettyJson, PutsObjectsOfAnArrayOnLinesOfTheirOwn) {
  EXPECT_EQ(pretty_json(array{object{{"a", 1}}, object{}}),
            "[\n  {\n    \"a\": 1\n  },\n  {}\n]\n");
}

TEST(PrettyJson, FillsLinesOfLongArrays) {
  array numbers;
  for (int i = 0; i < 100; ++i) numbers.push_back(1'000'000 + i);
  std::istringstream lines(pretty_json(numbers));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100u);
  EXPECT_EQ(count, 2u + 10u);
}

TEST(PrettyJson, NumbersArePlain) {
  EXPECT_EQ(compact_json(1e9), "1000000000");
  EXPECT_EQ(compact_json(0.1 + 0.2), "0.3");
  EXPECT_EQ(compact_json(-2.5), "-2.5");
  EXPECT_EQ(compact_json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(compact_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

}  // namespace
}  // namespace throng::report
