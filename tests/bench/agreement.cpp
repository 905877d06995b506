// A client without the generator's code, to check the generator's figures against: users in pairs,
// each of whom writes once a gap from a phase of its own, over raw sockets, one epoll set and no
// Lua, ledger or event loop. Every latency, from the due time to `sent`, goes into one array that
// is sorted at the end. Prints one JSON object.
//   agreement PORT USERS GAP_MS WARMUP_S SECONDS      with the server's THRONG_SECRET

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame.hpp"
#include "protocol/token.hpp"
#include "tests/bench/sockets.hpp"

namespace {

using throng::bench::connect_to;
using throng::bench::fail;
using throng::bench::write_all;

constexpr std::size_t kBodyBytes = 100;
constexpr std::uint64_t kFirstUser = 900'000'000;  // far from those of a run
constexpr std::int64_t kNsPerMs = 1'000'000;
/// It gets up before a message is due and looks at the clock, so that it writes in time.
constexpr std::int64_t kWakeLead_ns = 60'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct Plan {
  std::uint16_t port = 0;
  std::size_t users = 0;
  std::int64_t gap_ns = 0;
  std::int64_t warmup_ns = 0;
  std::int64_t measured_ns = 0;
};

struct User {
  int socket = -1;
  std::uint64_t chat = 0;
  std::int64_t phase_ns = 0;
  std::string received;
};

std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kNsPerSecond + time.tv_nsec;
}

void write_frame(int fd, std::string_view json) {
  std::string frame;
  throng::protocol::append_masked_frame(frame, throng::protocol::Opcode::kText, json, 0);
  write_all(fd, frame);
}

/// What comes until `end` is in it.
std::string read_until(int fd, std::string_view end) {
  std::string all;
  std::array<char, 4096> buffer{};
  while (all.find(end) == all.npos) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count <= 0) fail("read");
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

/// The number behind `name` in a line of JSON that the server wrote; 0 if it isn't there.
std::uint64_t number_behind(std::string_view json, std::string_view name) {
  const std::size_t at = json.find(name);
  std::uint64_t value = 0;
  if (at == json.npos) return value;
  const char* begin = json.data() + at + name.size();
  std::from_chars(begin, json.data() + json.size(), value);
  return value;
}

std::string token(std::uint64_t user, bool admin) {
  const char* secret = std::getenv("THRONG_SECRET");
  if (secret == nullptr) fail("THRONG_SECRET");
  return throng::protocol::TokenKey(secret).mint(
      {.user = {user}, .expires = (std::time(nullptr) + 3600) * 1000, .admin = admin});
}

std::uint64_t make_chat(std::uint16_t port, std::uint64_t one, std::uint64_t other) {
  const std::string body =
      "{\"members\":[" + std::to_string(one) + "," + std::to_string(other) + "]}";
  const int fd = connect_to(port);
  write_all(fd, "POST /chats HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token(one, true) +
                    "\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::uint64_t chat = number_behind(read_until(fd, "\"chat\":"), "\"chat\":");
  close(fd);
  return chat;
}

void log_in(User& user, std::uint64_t id, std::uint16_t port) {
  user.socket = connect_to(port);
  write_all(user.socket,
            "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  read_until(user.socket, "\r\n\r\n");
  write_frame(user.socket, "{\"op\":\"hello\",\"token\":\"" + token(id, false) + "\"}");
  read_until(user.socket, "caught_up");
  throng::bench::make_non_blocking(user.socket);
}

/// All users online, in pairs.
std::vector<User> gather(const Plan& plan) {
  std::mt19937_64 random(1);
  const std::uint64_t first = kFirstUser + static_cast<std::uint64_t>(getpid()) * 1000;
  std::vector<User> users(plan.users);
  for (std::size_t i = 0; i < users.size(); ++i) {
    users[i].phase_ns =
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(plan.gap_ns));
    users[i].chat = i % 2 == 0 ? make_chat(plan.port, first + i, first + i + 1) : users[i - 1].chat;
  }
  for (std::size_t i = 0; i < users.size(); ++i) log_in(users[i], first + i, plan.port);
  return users;
}

class Client {
 public:
  explicit Client(const Plan& plan)
      : plan_(plan),
        users_(gather(plan)),
        poll_(epoll_create1(0)),
        timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) {
    for (std::size_t i = 0; i < users_.size(); ++i) watch(users_[i].socket, i);
    watch(timer_, users_.size());
    for (std::size_t i = 0; i < users_.size(); ++i) order_.push_back(i);
    std::ranges::sort(order_, {}, [this](std::size_t i) { return users_[i].phase_ns; });
  }

  /// The latencies, sorted.
  std::vector<std::int64_t> run() {
    start_ = now_ns() + 10 * kNsPerMs;
    const std::int64_t end = start_ + plan_.warmup_ns + plan_.measured_ns;
    while (due(due_.size()) < end) {
      while (due(due_.size()) <= now_ns()) send();
      wait_until(due(due_.size()));
    }
    for (const std::int64_t last = now_ns() + kNsPerSecond; now_ns() < last;) wait_until(last);
    std::ranges::sort(latencies_);
    return latencies_;
  }

  std::uint64_t unanswered() const { return due_.size() - answered_; }

 private:
  void watch(int fd, std::size_t number) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }

  std::int64_t due(std::size_t n) const {
    const auto round = static_cast<std::int64_t>(n / users_.size());
    return start_ + round * plan_.gap_ns + users_[order_[n % users_.size()]].phase_ns;
  }

  void send() {
    const std::size_t n = due_.size();
    const User& user = users_[order_[n % users_.size()]];
    due_.push_back(due(n));
    write_frame(user.socket, "{\"op\":\"send\",\"chat\":" + std::to_string(user.chat) +
                                 ",\"cmid\":\"" + std::to_string(n) + "\",\"body\":\"" +
                                 std::string(kBodyBytes, 'x') + "\"}");
  }

  void wait_until(std::int64_t time) {
    const std::int64_t wake = time - kWakeLead_ns;
    const itimerspec at{{}, {wake / kNsPerSecond, wake % kNsPerSecond}};
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
    const int patience = now_ns() < wake ? -1 : 0;
    const int ready = epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()), patience);
    for (int i = 0; i < ready; ++i) {
      const std::size_t number = events_[static_cast<std::size_t>(i)].data.u64;
      if (number < users_.size()) receive(users_[number]);
    }
  }

  void receive(User& user) {
    std::array<char, 16 * 1024> buffer{};
    const ssize_t count = read(user.socket, buffer.data(), buffer.size());
    if (count == 0) fail("the server closed");
    if (count < 0) return;
    const std::int64_t now = now_ns();
    user.received.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t taken = 0;
    for (;;) {
      std::size_t used = 0;
      throng::protocol::FrameReader reader(throng::protocol::FrameRole::kClient, 1 << 20);
      const auto item = reader.next(std::span(user.received).subspan(taken), used);
      if (item.kind == throng::protocol::FrameReader::Item::Kind::kNeedMore) break;
      taken += used;
      serve(user, item.payload, now);
    }
    user.received.erase(0, taken);
  }

  void serve(const User& user, std::string_view lines, std::int64_t now) {
    std::uint64_t seq = 0;
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      if (line.starts_with("{\"op\":\"sent\"")) answer(number_behind(line, "\"cmid\":\""), now);
      if (line.starts_with("{\"op\":\"message\"")) seq = number_behind(line, "\"seq\":");
    }
    if (seq == 0) return;
    write_frame(user.socket, "{\"op\":\"delivered\",\"chat\":" + std::to_string(user.chat) +
                                 ",\"seq\":" + std::to_string(seq) + "}");
  }

  void answer(std::uint64_t n, std::int64_t now) {
    ++answered_;
    if (due_.at(n) >= start_ + plan_.warmup_ns) latencies_.push_back(now - due_[n]);
  }

  const Plan plan_;
  std::vector<User> users_;
  std::vector<std::size_t> order_;  ///< users by phase
  int poll_;
  int timer_;
  std::array<epoll_event, 256> events_{};
  std::int64_t start_ = 0;
  std::vector<std::int64_t> due_;  ///< of the nth message, whose cmid is n
  std::vector<std::int64_t> latencies_;
  std::uint64_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "agreement PORT USERS GAP_MS WARMUP_S SECONDS\n");
    return 2;
  }
  const auto number = [&](int i) { return std::strtoll(argv[i], nullptr, 10); };
  Client client({.port = static_cast<std::uint16_t>(number(1)),
                 .users = static_cast<std::size_t>(number(2)) / 2 * 2,
                 .gap_ns = number(3) * kNsPerMs,
                 .warmup_ns = number(4) * kNsPerSecond,
                 .measured_ns = number(5) * kNsPerSecond});
  const std::vector<std::int64_t> sorted = client.run();
  const auto at = [&](std::size_t percent) { return sorted.at(sorted.size() * percent / 100); };
  std::printf("{\"count\": %zu, \"unanswered\": %lu, \"p50\": %ld, \"p99\": %ld}\n", sorted.size(),
              static_cast<unsigned long>(client.unanswered()), static_cast<long>(at(50)),
              static_cast<long>(at(99)));
  return 0;
}
