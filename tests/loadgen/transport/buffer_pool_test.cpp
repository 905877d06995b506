#include "loadgen/transport/buffer_pool.hpp"

#include <gtest/gtest.h>

namespace throng::transport {
namespace {

TEST(BufferPool, LendsTheSameMemoryAgain) {
  BufferPool pool;
  std::string buffer = pool.take();
  buffer.assign(1'000, 'x');
  const char* const memory = buffer.data();
  pool.give(buffer);
  EXPECT_EQ(buffer.capacity(), std::string().capacity());

  const std::string again = pool.take();
  EXPECT_EQ(again.data(), memory);
  EXPECT_TRUE(again.empty());
}

TEST(BufferPool, KeepsNoLargeBuffers) {
  BufferPool pool;
  std::string buffer(1'000'000, 'x');
  pool.give(buffer);
  EXPECT_EQ(buffer.capacity(), std::string().capacity());
  EXPECT_EQ(pool.take().capacity(), std::string().capacity());
}

}  // namespace
}  // namespace throng::transport
