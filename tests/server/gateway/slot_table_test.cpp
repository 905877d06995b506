#include "server/gateway/slot_table.hpp"

#include <gmock/gmock.h>

#include <string>

namespace throng::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Table = SlotTable<std::string>;

/// Puts a text in and returns where it went.
Table::Key insert(Table& table, const std::string& text) {
  Table::Key key{};
  table.insert([&](Table::Key given) {
    key = given;
    return std::make_unique<std::string>(text);
  });
  return key;
}

std::vector<std::string> all(Table& table) {
  std::vector<std::string> texts;
  table.for_each([&](const std::string& text) { texts.push_back(text); });
  return texts;
}

TEST(SlotTable, FindsWhatWasPutIn) {
  Table table;
  const auto a = insert(table, "a");
  const auto b = insert(table, "b");
  EXPECT_EQ(*table.find(a.slot), "a");
  EXPECT_EQ(*table.find(b.slot, b.generation), "b");
  EXPECT_THAT(all(table), ElementsAre("a", "b"));
}

TEST(SlotTable, FindsNothingInSlotsThatWereNeverGiven) {
  Table table;
  EXPECT_FALSE(table.find(0));
  EXPECT_FALSE(table.find(0, 1));
  const auto a = insert(table, "a");
  EXPECT_FALSE(table.find(a.slot + 1));
}

TEST(SlotTable, GivesOutWhatIsTakenOut) {
  Table table;
  const auto a = insert(table, "a");
  EXPECT_EQ(*table.extract(a.slot), "a");
  EXPECT_FALSE(table.find(a.slot));
  EXPECT_FALSE(table.find(a.slot, a.generation));
  EXPECT_THAT(all(table), IsEmpty());
}

TEST(SlotTable, AnOldGenerationNeverFindsANewClient) {
  Table table;
  const auto old = insert(table, "old");
  table.extract(old.slot);
  const auto young = insert(table, "young");
  ASSERT_EQ(young.slot, old.slot) << "slots are used again";
  EXPECT_FALSE(table.find(old.slot, old.generation));
  EXPECT_EQ(*table.find(young.slot, young.generation), "young");
}

TEST(SlotTable, ClientsStayWhereTheyAreInMemory) {
  Table table;
  const auto first = insert(table, "first");
  const std::string* const place = table.find(first.slot);
  for (int i = 0; i < 1000; ++i) insert(table, "more");
  EXPECT_EQ(table.find(first.slot), place);
}

}  // namespace
}  // namespace throng::gateway
