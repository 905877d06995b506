#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "protocol/frame.hpp"
#include "tests/bench/floors.hpp"
#include "tests/bench/sockets.hpp"

namespace throng::bench {
namespace {

constexpr std::size_t kMessageBytes = 200;  // a body of 100 with its fields

void drain(const std::vector<int>& sockets, const std::atomic<bool>& stop) {
  Poll poll;
  for (const int socket : sockets) poll.add(socket);
  std::string buffer(1 << 16, '\0');
  while (!stop.load(std::memory_order_relaxed)) {
    for (const int socket : poll.wait()) {
      while (read(socket, buffer.data(), buffer.size()) > 0) {
      }
    }
  }
}

}  // namespace

void gathered_floor(std::size_t connections, std::size_t messages, std::size_t seconds) {
  const Pairs pairs = connect_pairs(connections);
  for (const int socket : pairs.peers) make_blocking(socket);
  std::string frame;
  protocol::append_frame(frame, protocol::Opcode::kText,
                         std::string(messages * kMessageBytes, 'x'));
  std::atomic<bool> stop = false;
  std::thread client([&] { drain(pairs.clients, stop); });
  std::uint64_t written = 0;
  const double cpu_before = thread_cpu_s();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) {
    for (const int socket : pairs.peers) {
      write_all(socket, frame);
      ++written;
    }
  }
  const double cpu_s = thread_cpu_s() - cpu_before;
  stop = true;
  client.join();
  std::printf("{\"deliveries\": %lu, \"server_cpu_s\": %.6f}\n",
              static_cast<unsigned long>(written * messages), cpu_s);
}

}  // namespace throng::bench
