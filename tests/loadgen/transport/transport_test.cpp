#include "loadgen/transport/transport.hpp"

#include <gtest/gtest.h>

#include <set>

namespace throng::transport {
namespace {

TEST(CloseReason, HasANameOfItsOwnForEach) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(CloseReason::kTls);
  for (int i = 0; i <= last; ++i) names.insert(close_reason_name(static_cast<CloseReason>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_EQ(close_reason_name(CloseReason::kRefused), "refused");
}

}  // namespace
}  // namespace throng::transport
