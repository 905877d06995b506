#include "tests/bench/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace throng::bench {
namespace {

constexpr int kMostReady = 512;
constexpr int kWait_ms = 50;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_without_delay(int socket) {
  const int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

}  // namespace

void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

Listener listen_on_loopback() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("bind");
  if (listen(listener, 4096) != 0) fail("listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return {.socket = listener, .port = ntohs(address.sin_port)};
}

int connect_to(std::uint16_t port) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  send_without_delay(client);
  return client;
}

int accept_from(int listener) {
  const int peer = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  if (peer < 0 && errno != EAGAIN) fail("accept");
  if (peer >= 0) send_without_delay(peer);
  return peer;
}

void make_non_blocking(int socket) { fcntl(socket, F_SETFL, O_NONBLOCK); }

void make_blocking(int socket) { fcntl(socket, F_SETFL, 0); }

void write_all(int socket, std::string_view bytes) {
  if (write(socket, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    fail("write");
  }
}

Pairs connect_pairs(std::size_t count) {
  const Listener listener = listen_on_loopback();
  Pairs pairs;
  for (std::size_t i = 0; i < count; ++i) {
    pairs.clients.push_back(connect_to(listener.port));
    make_non_blocking(pairs.clients.back());
    pairs.peers.push_back(accept_from(listener.socket));
  }
  close(listener.socket);
  return pairs;
}

Poll::Poll() : poll_(epoll_create1(0)) {}

Poll::~Poll() { close(poll_); }

void Poll::add(int socket) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
  if (epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
}

const std::vector<int>& Poll::wait() {
  std::array<epoll_event, kMostReady> events{};
  const int count = epoll_wait(poll_, events.data(), kMostReady, kWait_ms);
  ready_.clear();
  for (int i = 0; i < count; ++i) ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);
  return ready_;
}

double thread_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace throng::bench
