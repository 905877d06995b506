#include "loadgen/report/escape.hpp"

#include <gtest/gtest.h>

namespace throng::report {
namespace {

TEST(ValidUtf8, KeepsWhatIsWellFormed) {
  const std::string text = "a é € 😀 \u2028 \uFFFD";
  EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, ReplacesWhatIsNot) {
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(valid_utf8("\x80"), "\uFFFD");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\uFFFD\uFFFD");                      // cut short
}

TEST(HtmlEscape, LeavesNoMarkup) {
  EXPECT_EQ(html_escape("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
}

TEST(XmlEscape, LeavesNothingThatXmlCannotHold) {
  EXPECT_EQ(xml_escape("<a>&\"'"), "&lt;a&gt;&amp;&quot;&#39;");
  EXPECT_EQ(xml_escape("1\n2\t3\r"), "1&#10;2&#9;3&#13;");
  EXPECT_EQ(xml_escape(std::string("\0\x1B", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(xml_escape("\xEF\xBF\xBE\xEF\xBF\xBF"), "\uFFFD\uFFFD");  // U+FFFE, U+FFFF
}

TEST(ScriptJsonEscape, LeavesNothingThatEndsAScript) {
  EXPECT_EQ(script_json_escape("\"</script><!--&\u2028\u2029é\""),
            "\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029é\"");
}

TEST(TerminalEscape, LeavesNothingThatMovesTheCursor) {
  EXPECT_EQ(terminal_escape("a\x1B[2Jb\nc\x7F\xC2\x9B"
                            "d é"),
            "a?[2Jb?c??d é");
}

}  // namespace
}  // namespace throng::report
