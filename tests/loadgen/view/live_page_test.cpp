#include "loadgen/view/live_page.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::view {
namespace {

namespace json = boost::json;
using testing::EndsWith;
using testing::StartsWith;

Row second(std::uint32_t number) {
  Row row;
  row.second = number;
  return row;
}

Status measured() {
  Status status;
  status.phase = "measured";
  return status;
}

json::value data_of(const std::string& event) {
  const std::string key = "\ndata: ";
  return json::parse(event.substr(event.find(key) + key.size()));
}

class LivePageTest : public testing::Test {
 protected:
  void pass(std::uint32_t number) {
    page_.add(second(number));
    page_.set(measured());
  }

  LivePage page_{report::sample_run()};
  LivePage::Reader reader_;
};

TEST_F(LivePageTest, HasNoNewsBeforeTheRunBegins) { EXPECT_EQ(page_.news(reader_), ""); }

TEST_F(LivePageTest, TellsAllToWhoComesLate) {
  for (std::uint32_t i = 0; i < 3; ++i) pass(i);
  const std::string news = page_.news(reader_);
  EXPECT_THAT(news, StartsWith("event: document\ndata: {"));
  EXPECT_THAT(news, EndsWith("}\n\n"));
  EXPECT_EQ(data_of(news).at("rows").as_array().size(), 3u);
  EXPECT_EQ(page_.news(reader_), "");
}

TEST_F(LivePageTest, TellsWhatIsNewAndTheLastRowAgain) {
  pass(0);
  page_.news(reader_);
  pass(1);
  const std::string news = page_.news(reader_);
  EXPECT_THAT(news, StartsWith("event: update\n"));
  EXPECT_EQ(data_of(news).at_pointer("/rows/0/second"), 0);
  EXPECT_EQ(data_of(news).at_pointer("/rows/1/second"), 1);
}

TEST_F(LivePageTest, MakesUpForWhatASlowReaderMissed) {
  pass(0);
  page_.news(reader_);
  for (std::uint32_t i = 1; i < 100; ++i) pass(i);
  EXPECT_EQ(data_of(page_.news(reader_)).at("rows").as_array().size(), 100u);
  EXPECT_EQ(page_.news(reader_), "");
}

TEST_F(LivePageTest, TellsAllAgainWhenRowsWereJoined) {
  pass(0);
  page_.news(reader_);
  for (std::uint32_t i = 1; i <= History::kMostRows; ++i) pass(i);
  const std::string news = page_.news(reader_);
  EXPECT_THAT(news, StartsWith("event: document\n"));
  EXPECT_EQ(data_of(news).at("seconds_per_row"), 2);
}

TEST_F(LivePageTest, KnowsWhoKnowsTheEnd) {
  pass(0);
  page_.news(reader_);
  EXPECT_FALSE(page_.has_all(reader_));
  page_.set(status_of(report::sample_run(), {}));
  EXPECT_FALSE(page_.has_all(reader_));
  page_.news(reader_);
  EXPECT_TRUE(page_.has_all(reader_));
}

}  // namespace
}  // namespace throng::view
