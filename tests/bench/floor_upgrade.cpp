#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include "protocol/frame.hpp"
#include "tests/bench/floors.hpp"
#include "tests/bench/sockets.hpp"

namespace throng::bench {
namespace {

constexpr std::size_t kAtOnce = 100;
constexpr std::size_t kHelloBytes = 200;
constexpr std::size_t kWelcomeBytes = 150;
constexpr std::string_view kUpgrade =
    "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// What the server did, by its own account.
struct Served {
  std::uint64_t sessions = 0;
  double cpu_s = 0;
};

Served serve(int listener, const std::atomic<bool>& stop) {
  std::string welcome;
  protocol::append_frame(welcome, protocol::Opcode::kText, std::string(kWelcomeBytes, 'x'));
  Poll poll;
  poll.add(listener);
  Served served;
  const double cpu_before = thread_cpu_s();
  std::array<char, 4096> buffer{};
  while (!stop.load(std::memory_order_relaxed)) {
    for (const int socket : poll.wait()) {
      if (socket == listener) {
        for (int peer = accept_from(listener); peer >= 0; peer = accept_from(listener)) {
          poll.add(peer);
        }
        continue;
      }
      if (read(socket, buffer.data(), buffer.size()) <= 0) {
        close(socket);
      } else if (buffer[0] == 'G') {
        write_all(socket, kUpgraded);
      } else {
        write_all(socket, welcome);
        ++served.sessions;
      }
    }
  }
  served.cpu_s = thread_cpu_s() - cpu_before;
  return served;
}

void read_some(int socket) {
  std::array<char, 4096> buffer{};
  if (read(socket, buffer.data(), buffer.size()) <= 0) fail("read");
}

/// As many sessions at once as there is room for, each from its connection to its end.
void visit(std::uint16_t port, const std::string& hello) {
  std::array<int, kAtOnce> sockets{};
  for (int& socket : sockets) {
    socket = connect_to(port);
    write_all(socket, kUpgrade);
  }
  for (const int socket : sockets) {
    read_some(socket);
    write_all(socket, hello);
  }
  for (const int socket : sockets) {
    read_some(socket);
    close(socket);
  }
}

}  // namespace

void upgrade_floor(std::size_t seconds) {
  const Listener listener = listen_on_loopback();
  make_non_blocking(listener.socket);
  std::string hello;
  protocol::append_masked_frame(hello, protocol::Opcode::kText, std::string(kHelloBytes, 'x'), 0);
  std::atomic<bool> stop = false;
  Served served;
  std::thread server([&] { served = serve(listener.socket, stop); });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) visit(listener.port, hello);
  stop = true;
  server.join();
  std::printf("{\"sessions\": %lu, \"server_cpu_s\": %.6f}\n",
              static_cast<unsigned long>(served.sessions), served.cpu_s);
}

}  // namespace throng::bench
