#include "loadgen/capacity/html.hpp"

#include <gmock/gmock.h>

#include "loadgen/capacity/markdown.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;
using testing::Not;

Assessment sample() {
  return assess(estimate_of("-- What a <script> would cost.\n"
                            "estimate { service = 'shop', tolerance = '5%' }\n"
                            "input.little, input.much = '9..11', '1..100'\n"
                            "figure.all = input.little * input.much\n"
                            "claim { says = 'a | b <i>', of = 'all', is = '7', from = 'y' }"),
                {}, {.tornado = "all"});
}

TEST(CapacityPage, HasEveryTableAndEscapesTexts) {
  const std::string page = html_text(sample());
  for (const char* title :
       {"Claims", "To order", "What matters most", "What follows", "Inputs", "Evidence"}) {
    EXPECT_THAT(page, HasSubstr("<h2>" + std::string(title) + "</h2>"));
  }
  EXPECT_THAT(page, HasSubstr("What a &lt;script&gt; would cost."));
  EXPECT_THAT(page, HasSubstr("a | b &lt;i&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("No run was given."));
}

TEST(CapacityPage, ShowsWhatMattersAsBars) {
  const std::string page = html_text(sample());
  const std::size_t much = page.find("fill=\"var(--ink)\">much</text>");
  EXPECT_NE(much, page.npos);
  EXPECT_LT(much, page.find("fill=\"var(--ink)\">little</text>")) << "what matters most is on top";
  EXPECT_THAT(page, HasSubstr("<rect x=\"220.0\" y=\"4\" width=\"680.0\"")) << "the whole scale";
}

TEST(CapacityMarkdown, HasTheSameTables) {
  const std::string text = markdown_text(sample());
  EXPECT_THAT(text,
              HasSubstr("\n## What matters most\n\n| input, all others at their median | P5"));
  EXPECT_THAT(text, HasSubstr("a \\| b \\<i\\>"));
  EXPECT_THAT(text, HasSubstr("\n## Evidence\n\nNo run was given.\n"));
}

}  // namespace
}  // namespace throng::capacity
