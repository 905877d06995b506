#include "server/storage/page_budget.hpp"

#include <gtest/gtest.h>

namespace throng::storage {
namespace {

TEST(PageBudget, StopsAtTheNumberOfMessages) {
  PageBudget budget({2, 100});
  EXPECT_TRUE(budget.take(1));
  EXPECT_TRUE(budget.take(1));
  EXPECT_FALSE(budget.take(1));
  EXPECT_EQ(budget.taken(), 2u);
}

TEST(PageBudget, StopsBeforeTheBytesAreExceeded) {
  PageBudget budget({10, 100});
  EXPECT_TRUE(budget.take(60));
  EXPECT_TRUE(budget.take(40));
  EXPECT_FALSE(budget.take(1));
  EXPECT_TRUE(budget.take(0));
}

TEST(PageBudget, FirstMessageComesWhateverItsSize) {
  PageBudget budget({10, 100});
  EXPECT_TRUE(budget.take(1000));
  EXPECT_FALSE(budget.take(1));
  EXPECT_EQ(budget.taken(), 1u);
}

TEST(PageBudget, NoMessagesMeansNone) {
  PageBudget budget({0, 100});
  EXPECT_FALSE(budget.take(1));
}

}  // namespace
}  // namespace throng::storage
