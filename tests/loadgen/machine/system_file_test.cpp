#include "loadgen/machine/system_file.hpp"

#include <gtest/gtest.h>

namespace throng::machine {
namespace {

TEST(SystemFile, FindsTheValueBehindAName) {
  EXPECT_EQ(value_of("processor\t: 0\nmodel name\t: A CPU\n", "model name"), "A CPU");
  EXPECT_EQ(value_of("model name\t:\n", "model name"), "");
  EXPECT_EQ(value_of("processor\t: 0", "model name"), "");
}

TEST(SystemFile, ReadsFiguresInBytes) {
  const char* text = "MemTotal:       24625812 kB\nMemFree:\t1 kB\n";
  EXPECT_EQ(memory_figure(text, "MemTotal"), 24625812ULL * 1024);
  EXPECT_EQ(memory_figure(text, "MemFree"), 1024u);
  EXPECT_EQ(memory_figure(text, "SwapTotal"), 0u);
}

TEST(SystemFile, CountsWordsAndReadsNumbers) {
  EXPECT_EQ(number_at("284854572 283353091 72\n", 1), 283353091u);
  EXPECT_EQ(number_at("cpu  264725 19340", 2), 19340u);
  EXPECT_EQ(number_at("287898\t383867\t575796\n", 2), 575796u);
  EXPECT_EQ(number_at("max 100000", 0), 0u);
  EXPECT_EQ(number_at("1 2", 2), 0u);
  EXPECT_EQ(number_at("", 0), 0u);
}

TEST(SystemFile, IsEmptyWhereThereIsNone) { EXPECT_EQ(file_text("/proc/no/such/file"), ""); }

}  // namespace
}  // namespace throng::machine
