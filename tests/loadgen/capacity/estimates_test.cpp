// The estimates that come with Throng: each loads, is short, and gets the verdicts that its facts
// deserve.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "loadgen/capacity/chat_model.hpp"
#include "loadgen/scenario/source.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

const std::string kFolder = THRONG_SOURCE_DIR "/scenarios/estimates/";

Assessment assess_file(const std::string& name, std::vector<EvidenceRun> evidence = {}) {
  return assess(load_estimate(scenario::read_source(kFolder + name + ".lua", {}), {}),
                std::move(evidence), {});
}

// "CONFIRMED 20 billion messages a day", …
std::vector<std::string> verdicts(const Assessment& assessment) {
  std::vector<std::string> all;
  for (const Finding& each : assessment.findings) {
    all.push_back(std::string(verdict_word(each.verdict)) + " " + each.claim.name);
  }
  return all;
}

double error_percent(const Assessment& assessment, const std::string& of) {
  for (const Finding& each : assessment.findings) {
    if (each.claim.of == of) return each.error.value() * 100;
  }
  return NAN;
}

TEST(Estimates, AreShortAndSayWhatTheyAre) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{kFolder}) {
    const auto source = scenario::read_source(entry.path().string(), {});
    EXPECT_GT(load_estimate(source, {}).title.size(), 20u) << source.name;
    EXPECT_LE(std::count(source.text.begin(), source.text.end(), '\n'), 40) << source.name;
    ++files;
  }
  EXPECT_EQ(files, 7u);
}

TEST(Estimates, TheDocumentationHasEveryNameAndUnit) {
  const std::string page = scenario::read_source(THRONG_SOURCE_DIR "/docs/capacity.md", {}).text;
  for (const char* name : estimate_names()) {
    EXPECT_THAT(page, testing::HasSubstr("`" + std::string(name)));
  }
  for (const Term& term : chat_terms()) {
    std::string row = "\n| `" + std::string(term.name) + "` | ";
    row += term.unit.substr(0, term.unit.find('|'));
    EXPECT_THAT(page, testing::HasSubstr(row));
  }
}

TEST(Estimates, OfTheGroupChat) {
  const Assessment all = assess_file("group_chat_500m");
  EXPECT_THAT(
      verdicts(all),
      testing::ElementsAre("NOT PROVED 500 million people a day", "NOT PROVED 40 messages each",
                           "NOT PROVED 100 bytes a message", "CONFIRMED 20 billion messages a day",
                           "REFUTED 2 TB stored a day", "REFUTED 3.6 PB stored in 5 years"));
  EXPECT_NEAR(value_of(all, "messages_per_s_peak")->p50, 393'519, 1);
}

TEST(Estimates, OfTheGroupChatAreRefutedByMeasurementToo) {
  EvidenceRun run = sample_evidence();
  run.run.scenario.name = "group_words";
  const Assessment all = assess_file("group_chat_500m", {run});
  const Finding& stored = all.findings[4];
  EXPECT_EQ(stored.verdict, Verdict::kRefuted);
  EXPECT_EQ(stored.basis, Basis::kMeasurement);
  EXPECT_TRUE(value_of(all, "price_per_month").has_value());
}

TEST(Estimates, OfTheMessenger) {
  const Assessment all = assess_file("messenger_2b");
  EXPECT_THAT(verdicts(all),
              testing::ElementsAre("NOT PROVED 2 billion users", "NOT PROVED 1.6 billion a month",
                                   "NOT PROVED 65 billion messages a day",
                                   "CONFIRMED 752,000 messages a second",
                                   "CONFIRMED signs of life outnumber messages"));
}

TEST(Estimates, OfTheLinkShortener) {
  const Assessment all = assess_file("link_shortener");
  EXPECT_EQ(all.count(Verdict::kRefuted), 2u) << "100/s and 10,000/s: a day has 86,400 seconds";
  EXPECT_NEAR(error_percent(all, "new_links"), -13.6, 0.05);
  EXPECT_NEAR(error_percent(all, "reads"), -13.6, 0.05);
  EXPECT_NEAR(error_percent(all, "links_a_year"), 9.6, 0.05);
  EXPECT_NEAR(error_percent(all, "machines"), 9.6, 0.05);
  EXPECT_NEAR(value_of(all, "stored_in_ten_years")->p50, 73e12, 1);
  EXPECT_NEAR(value_of(all, "names")->p50, 3521614606208.0, 1);
}

TEST(Estimates, OfBookingHotels) {
  const Assessment all = assess_file("hotel_booking");
  EXPECT_THAT(verdicts(all), testing::IsSupersetOf({"CONFIRMED 1 in 100 views books",
                                                    "REFUTED 1,000 reads a second",
                                                    "REFUTED 10 writes a second"}));
  EXPECT_NEAR(value_of(all, "reads")->p50, 1141.55, 0.01);
}

TEST(Estimates, WithoutAServiceSaySo) {
  for (const std::string name : {"link_shortener", "hotel_booking", "cab_booking", "shop"}) {
    const Assessment all = assess_file(name);
    EXPECT_THAT(all.findings.back().reason,
                testing::AnyOf(testing::HasSubstr("no service for"),
                               testing::HasSubstr("can be said without")))
        << name;
  }
  EXPECT_FALSE(assess_file("places_nearby").lacks_proof()) << "it only assumes";
  EXPECT_TRUE(assess_file("shop").lacks_proof());
}

}  // namespace
}  // namespace throng::capacity
