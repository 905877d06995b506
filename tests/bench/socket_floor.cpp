// The floor of a machine: how many WebSocket round trips one thread can make that does nothing
// else. A raw epoll client keeps one 100-byte text frame in flight on each of N connections, a raw
// epoll peer sends each back, each on a thread of its own. Prints one JSON object.
//   socket_floor CONNECTIONS SECONDS

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "protocol/frame.hpp"

namespace {

constexpr std::size_t kPayloadBytes = 100;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void set_up(int socket) {
  const int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(socket, F_SETFL, O_NONBLOCK);
}

/// `clients[i]` is connected to `peers[i]`.
struct Connections {
  std::vector<int> clients;
  std::vector<int> peers;
};

Connections connect_all(std::size_t count) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("bind");
  if (listen(listener, 4096) != 0) fail("listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  Connections all;
  for (std::size_t i = 0; i < count; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("connect");
    const int peer = accept(listener, nullptr, nullptr);
    if (peer < 0) fail("accept");
    set_up(client);
    set_up(peer);
    all.clients.push_back(client);
    all.peers.push_back(peer);
  }
  close(listener);
  return all;
}

/// Answers every read on `sockets` with `frame` until `stop`; returns how many there were.
std::uint64_t answer(const std::vector<int>& sockets, const std::string& frame,
                     const std::atomic<bool>& stop) {
  const int poll = epoll_create1(0);
  for (const int socket : sockets) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
  }
  std::uint64_t answered = 0;
  std::array<epoll_event, 512> events{};
  std::array<char, 4096> buffer{};
  while (!stop.load(std::memory_order_relaxed)) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (read(socket, buffer.data(), buffer.size()) <= 0) continue;
      if (write(socket, frame.data(), frame.size()) > 0) ++answered;
    }
  }
  close(poll);
  return answered;
}

double thread_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "socket_floor CONNECTIONS SECONDS\n");
    return 2;
  }
  const auto count = std::strtoul(argv[1], nullptr, 10);
  const auto time = std::chrono::seconds(std::strtoul(argv[2], nullptr, 10));
  const Connections all = connect_all(count);
  const std::string payload(kPayloadBytes, 'x');
  std::string question;
  std::string reply;
  throng::protocol::append_masked_frame(question, throng::protocol::Opcode::kText, payload, 0);
  throng::protocol::append_frame(reply, throng::protocol::Opcode::kText, payload);

  std::atomic<bool> stop = false;
  std::thread peer([&] { answer(all.peers, reply, stop); });
  std::uint64_t trips = 0;
  double cpu_s = 0;
  std::thread client([&] {
    for (const int socket : all.clients) {
      if (write(socket, question.data(), question.size()) < 0) fail("write");
    }
    trips = answer(all.clients, question, stop);
    cpu_s = thread_cpu_s();
  });
  std::this_thread::sleep_for(time);
  stop = true;
  client.join();
  peer.join();
  std::printf("{\"connections\": %lu, \"round_trips\": %lu, \"client_cpu_s\": %.3f}\n", count,
              static_cast<unsigned long>(trips), cpu_s);
  return 0;
}
