#include <unistd.h>

#include <array>
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

constexpr std::size_t kPayloadBytes = 100;

struct Side {
  std::uint64_t answered = 0;
  double cpu_s = 0;
};

/// Answers every read on `sockets` with `frame` until `stop`.
Side answer(const std::vector<int>& sockets, const std::string& frame,
            const std::atomic<bool>& stop) {
  Poll poll;
  for (const int socket : sockets) poll.add(socket);
  Side side;
  const double cpu_before = thread_cpu_s();
  std::array<char, 4096> buffer{};
  while (!stop.load(std::memory_order_relaxed)) {
    for (const int socket : poll.wait()) {
      if (read(socket, buffer.data(), buffer.size()) <= 0) continue;
      if (write(socket, frame.data(), frame.size()) > 0) ++side.answered;
    }
  }
  side.cpu_s = thread_cpu_s() - cpu_before;
  return side;
}

}  // namespace

void echo_floor(std::size_t connections, std::size_t seconds) {
  const Pairs pairs = connect_pairs(connections);
  const std::string payload(kPayloadBytes, 'x');
  std::string question;
  std::string reply;
  protocol::append_masked_frame(question, protocol::Opcode::kText, payload, 0);
  protocol::append_frame(reply, protocol::Opcode::kText, payload);

  std::atomic<bool> stop = false;
  Side server;
  Side client;
  std::thread serving([&] { server = answer(pairs.peers, reply, stop); });
  std::thread asking([&] {
    for (const int socket : pairs.clients) write_all(socket, question);
    client = answer(pairs.clients, question, stop);
  });
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  stop = true;
  asking.join();
  serving.join();
  std::printf("{\"round_trips\": %lu, \"client_cpu_s\": %.6f, \"server_cpu_s\": %.6f}\n",
              static_cast<unsigned long>(client.answered), client.cpu_s, server.cpu_s);
}

}  // namespace throng::bench
