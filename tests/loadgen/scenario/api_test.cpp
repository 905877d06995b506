#include "loadgen/scenario/api.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace throng::scenario {
namespace {

using testing::HasSubstr;

std::string read(const std::string& path) {
  std::ifstream file{THRONG_SOURCE_DIR "/" + path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

// How the annotations write a name of the API: "me:send" is "function User:send(".
std::string annotation_of(const std::string& name) {
  const auto member = name.substr(name.find_first_of(":.") + 1);
  if (name.starts_with("me:")) return "function User:" + member + "(";
  if (name.starts_with("me.") || name.starts_with("message.")) return "---@field " + member + " ";
  if (name == "args") return "args = {}";
  return "function " + name + "(";
}

TEST(Api, TheDocumentationHasEveryName) {
  const std::string page = read("docs/lua.md");
  for (const auto& name : api_names()) EXPECT_THAT(page, HasSubstr("`" + name)) << name;
}

TEST(Api, TheAnnotationsHaveEveryName) {
  const std::string annotations = read("scenarios/throng.d.lua");
  for (const auto& name : api_names()) EXPECT_THAT(annotations, HasSubstr(annotation_of(name)));
}

// All that matches of a text, with `prefix` before it.
void collect(const std::string& text, const std::string& pattern, const std::string& prefix,
             std::set<std::string>& names) {
  const std::regex regex{pattern};
  for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match) {
    names.insert(prefix + (*match)[1].str());
  }
}

TEST(Api, TheDocumentationHasNothingElse) {
  const auto list = api_names();
  const std::set<std::string> known{list.begin(), list.end()};
  std::set<std::string> named;
  const std::string page = read("docs/lua.md");
  collect(page, "me:([a-z_]+)", "me:", named);
  collect(page, "me\\.([a-z_]+)", "me.", named);
  collect(page, "message\\.([a-z_]+)", "message.", named);
  collect(read("scenarios/throng.d.lua"), "function User:([a-z_]+)", "me:", named);
  EXPECT_GT(named.size(), 25u);
  for (const auto& name : named) EXPECT_TRUE(known.contains(name)) << name;
}

}  // namespace
}  // namespace throng::scenario
