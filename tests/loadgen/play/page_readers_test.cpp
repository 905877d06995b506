#include "loadgen/play/page_readers.hpp"

#include <gtest/gtest.h>

namespace throng::play {
namespace {

TEST(PageReaders, NobodyIsAwaitedWhoNeverCame) {
  PageReaders readers;
  readers.await_all();
  EXPECT_TRUE(readers.awaits_all());
  EXPECT_FALSE(readers.awaits_some());
}

TEST(PageReaders, AllWhoCameBeforeAreAwaited) {
  PageReaders readers;
  readers.note("10.0.0.1", false);
  readers.note("10.0.0.2", false);
  EXPECT_FALSE(readers.awaits_some()) << "the run goes on";
  readers.await_all();
  readers.note("10.0.0.3", true);
  readers.note("10.0.0.1", true);
  EXPECT_TRUE(readers.awaits_some());
  readers.note("10.0.0.2", true);
  EXPECT_FALSE(readers.awaits_some());
}

TEST(PageReaders, WhatWasCollectedBeforeTheEndIsNotEnough) {
  PageReaders readers;
  readers.note("10.0.0.1", false);
  const bool last = readers.awaits_all();
  readers.await_all();
  readers.note("10.0.0.1", last);
  EXPECT_TRUE(readers.awaits_some());
}

TEST(PageReaders, AFewAreAwaited) {
  PageReaders readers;
  for (std::size_t i = 0; i <= PageReaders::kMost; ++i) readers.note(std::to_string(i), false);
  readers.await_all();
  for (std::size_t i = 0; i < PageReaders::kMost; ++i) readers.note(std::to_string(i), true);
  EXPECT_FALSE(readers.awaits_some());
}

}  // namespace
}  // namespace throng::play
