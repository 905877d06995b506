#include "loadgen/scenario/source.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace throng::scenario {
namespace {

using testing::HasSubstr;

TEST(Source, IsReadWithItsNameAndHash) {
  const auto path = std::filesystem::path{testing::TempDir()} / "two_words.lua";
  std::ofstream{path, std::ios::binary} << "abc";
  const Source source = read_source(path.string(), {{"rate", "5s"}});
  std::filesystem::remove(path);
  EXPECT_EQ(source.path, path.string());
  EXPECT_EQ(source.name, "two_words");
  EXPECT_EQ(source.text, "abc");
  // The example of FIPS 180-2, appendix B.1.
  EXPECT_EQ(source.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(source.args.at("rate"), "5s");
}

std::string reading_error(const std::string& path) {
  try {
    read_source(path, {});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Source, SaysWhatIsWrongWithAPath) {
  EXPECT_EQ(reading_error("/nowhere/at_all.lua"),
            "can't read /nowhere/at_all.lua: No such file or directory");
  EXPECT_THAT(reading_error(testing::TempDir()), HasSubstr("it is a folder, not a scenario"));
}

TEST(Source, TitleIsTheFirstLineIfThatIsAComment) {
  EXPECT_EQ(title_of("-- Friends in pairs.\nscenario {}"), "Friends in pairs.");
  EXPECT_EQ(title_of("--- Friends \r\n"), "Friends");
  EXPECT_EQ(title_of("--"), "");
  EXPECT_EQ(title_of("scenario {} -- no"), "");
  EXPECT_EQ(title_of(""), "");
}

}  // namespace
}  // namespace throng::scenario
