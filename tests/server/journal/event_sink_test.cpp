#include "server/journal/event_sink.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "tests/server/storage/temp_directory.hpp"

namespace throng::journal {
namespace {

using storage::TempDirectory;
using testing::ElementsAre;

constexpr std::chrono::milliseconds kNoPatience{0};

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> files_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    names.push_back(file.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

TEST(EventFiles, BeginsTheNextOneWhereALineWouldNotFit) {
  const TempDirectory place;
  EventFiles files(place.path(), 10);
  EXPECT_EQ(files.write("aaa\nbbb\nccc\n", kNoPatience), 12u);
  EXPECT_EQ(files.write("d\n", kNoPatience), 2u);
  EXPECT_THAT(files_in(place.path()),
              ElementsAre("events-00000001.ndjson", "events-00000002.ndjson"));
  EXPECT_EQ(text_of(place.path() / "events-00000001.ndjson"), "aaa\nbbb\n");
  EXPECT_EQ(text_of(place.path() / "events-00000002.ndjson"), "ccc\nd\n");
}

TEST(EventFiles, ALineThatIsTooLongStaysWhole) {
  const TempDirectory place;
  EventFiles files(place.path(), 4);
  EXPECT_EQ(files.write("a\nlonger than four\nb\n", kNoPatience), 21u);
  EXPECT_EQ(text_of(place.path() / "events-00000001.ndjson"), "a\n");
  EXPECT_EQ(text_of(place.path() / "events-00000002.ndjson"), "longer than four\n");
  EXPECT_EQ(text_of(place.path() / "events-00000003.ndjson"), "b\n");
}

TEST(EventFiles, EachStartBeginsAFileOfItsOwn) {
  const TempDirectory place;
  const auto directory = place.path() / "deep" / "er";
  EventFiles(directory, 100).write("a\n", kNoPatience);
  std::ofstream(directory / "events-00000041.ndjson") << "x\n";
  std::ofstream(directory / "notes.txt") << "y\n";
  EventFiles(directory, 100).write("b\n", kNoPatience);
  EXPECT_EQ(text_of(directory / "events-00000001.ndjson"), "a\n");
  EXPECT_EQ(text_of(directory / "events-00000041.ndjson"), "x\n");
  EXPECT_EQ(text_of(directory / "events-00000042.ndjson"), "b\n");
}

TEST(EventFiles, SaysWhereItCanNotWrite) {
  const TempDirectory place;
  const auto file = place.path() / "file";
  std::ofstream(file) << "";
  try {
    EventFiles files(file / "events", 100);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(file.string()));
  }
}

TEST(EventPipe, GivesUpOnAReaderThatDoesNotRead) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  EventPipe events(ends[1]);
  const std::string much(1 << 20, '\n');
  const std::size_t taken = events.write(much, kNoPatience);
  EXPECT_GT(taken, 0u);
  EXPECT_LT(taken, much.size());
  std::string read(taken, '\0');
  std::size_t bytes = 0;
  while (bytes < taken) {
    const ssize_t n = ::read(ends[0], read.data(), taken - bytes);
    ASSERT_GT(n, 0);
    bytes += static_cast<std::size_t>(n);
  }
  EXPECT_EQ(events.write("once more\n", kNoPatience), 10u);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace throng::journal
