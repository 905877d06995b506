#include "loadgen/view/document.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <limits>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::view {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

Status live_status() {
  Status status;
  status.phase = "measured";
  status.elapsed_s = 12;
  status.total_s = 70;
  status.pending_sends = 3;
  status.bounds = {{"late_release", 0.25}};
  status.run = report::sample_run();
  status.run.thresholds = {{"deliver.p99 < 500ms", 9'420'000, "ns", true, ""},
                           {"send.errors == 0", 7, "", false, ""},
                           {"lost == 0", std::nullopt, "", false, "known at the end"}};
  status.outlooks = {Outlook::kMet, Outlook::kMissed, Outlook::kOpen};
  return status;
}

json::value parsed(const json::object& object) { return json::parse(json::serialize(object)); }

TEST(Document, TellsThePlanOnce) {
  report::RunResult run = report::sample_run();
  run.scenario.text += "-- \xff\n";
  const json::value plan = parsed(plan_json(run));
  EXPECT_EQ(plan.at("title").as_string(), "Two people talk.");
  EXPECT_EQ(plan.at("seed").as_string(), "18446744073709551615");
  EXPECT_EQ(plan.at("target").as_string(), "ws://127.0.0.1:9400/");
  EXPECT_EQ(plan.at("clock").as_string(), "real");
  EXPECT_THAT(std::string(plan.at("text").as_string()), HasSubstr("\xef\xbf\xbd"));
  EXPECT_EQ(plan.at("heat_bounds_ns").at(0), 10'000);
}

TEST(Document, HasARowOfASecond) {
  Row row;
  row.second = 12;
  row.connected = 9'998;
  row.operations = {{"send", 660, 1, 10, 20, 30, 40, {{10, 3}, {11, 657}}}};
  const json::value made = parsed(row_json(row));
  EXPECT_EQ(made.at("second"), 12);
  EXPECT_EQ(made.at("seconds"), 1);
  EXPECT_EQ(made.at_pointer("/users/connected"), 9'998.0);
  EXPECT_TRUE(made.at_pointer("/users/away").is_null());
  EXPECT_EQ(json::serialize(made.at_pointer("/operations/send")),
            R"({"count":660,"errors":1,"p50_ns":10,"p90_ns":20,"p99_ns":30,"max_ns":40,)"
            R"("heat":[[10,3],[11,657]]})");
}

TEST(Document, TellsHowARunStands) {
  const json::value made = parsed(status_json(live_status()));
  EXPECT_EQ(made.at("phase").as_string(), "measured");
  EXPECT_EQ(made.at("over"), false);
  EXPECT_TRUE(made.at("verdict").is_null());
  EXPECT_EQ(made.at_pointer("/ledger/pending"), 3);
  EXPECT_EQ(made.at_pointer("/ledger/delivered"), 99'972);
  EXPECT_EQ(made.at_pointer("/operations/0/name").as_string(), "send");
  EXPECT_EQ(made.at_pointer("/operations/0/errors"), 28);
  EXPECT_EQ(made.at_pointer("/validity/bounds/0/used"), 0.25);
}

TEST(Document, TellsOfEachThresholdHowItStands) {
  const json::value made = parsed(status_json(live_status()));
  const json::array& thresholds = made.at("thresholds").as_array();
  EXPECT_EQ(thresholds[0].at("outlook").as_string(), "met");
  EXPECT_EQ(thresholds[0].at("value").as_string(), "9.42 ms");
  EXPECT_EQ(thresholds[1].at("outlook").as_string(), "missed");
  EXPECT_EQ(thresholds[2].at("outlook").as_string(), "open");
  EXPECT_EQ(thresholds[2].at("value").as_string(), "");
}

TEST(Document, PromisesNothingOfTheLedgerBeforeTheEnd) {
  EXPECT_TRUE(parsed(status_json(live_status())).at_pointer("/ledger/checks").as_array().empty());
}

TEST(Document, HasTheVerdictOfARunThatIsOver) {
  const json::value made = parsed(status_json(status_of(report::sample_run(), {})));
  EXPECT_EQ(made.at("over"), true);
  EXPECT_EQ(made.at_pointer("/verdict/word").as_string(), "PASS");
  EXPECT_EQ(made.at_pointer("/verdict/tone").as_string(), "good");
  EXPECT_FALSE(made.at_pointer("/ledger/checks").as_array().empty());
  EXPECT_EQ(made.at_pointer("/thresholds/0/outlook").as_string(), "met");
}

TEST(Document, HasNullForWhatIsNoNumber) {
  Status status = live_status();
  status.bounds[0].used = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(parsed(status_json(status)).at_pointer("/validity/bounds/0/used").is_null());
}

TEST(Document, IsOneLine) {
  History history;
  history.add(Row());
  const std::string document = document_json(report::sample_run(), history, live_status());
  EXPECT_THAT(document, Not(HasSubstr("\n")));
  const json::value made = json::parse(document);
  EXPECT_EQ(made.at("seconds_per_row"), 1);
  EXPECT_EQ(made.at("rows").as_array().size(), 1u);
  EXPECT_EQ(json::parse(update_json(history.rows(), live_status())).at("rows"), made.at("rows"));
}

}  // namespace
}  // namespace throng::view
