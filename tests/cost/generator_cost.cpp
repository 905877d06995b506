// One worker of the generator plays a scenario with a fixed seed against a server in memory and in
// virtual time. What callgrind collects and what is counted is the worker's own: not the server's,
// nor the logins. Prints one JSON object.
//   generator_cost SCENARIO.lua USERS SECONDS [NAME=VALUE]

#include <gtest/gtest.h>
#include <valgrind/callgrind.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "loadgen/play/worker.hpp"
#include "tests/cost/allocations.hpp"
#include "tests/loadgen/users/tiny_server.hpp"

namespace throng::play {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kSeed = 1;
constexpr pacing::TimePoint kStart{seconds(100)};

/// Nothing is collected until the users are there; allocations are counted from the start.
bool collects_instructions = false;

/// While one lives, the opposite of what was counted before is: the worker's code calls the
/// server's and is called by it.
class Border {
 public:
  Border() { cross(); }
  ~Border() { cross(); }
  Border(const Border&) = delete;
  Border& operator=(const Border&) = delete;

 private:
  static void cross() {
    cost::toggle_counting();
    if (collects_instructions) CALLGRIND_TOGGLE_COLLECT;
  }
};

/// Out of the worker, into the server.
class Outward final : public transport::Transport {
 public:
  explicit Outward(transport::Transport& server) : server_(server) {}

  void open(transport::LinkId link) override {
    const Border border;
    server_.open(link);
  }
  void send(transport::LinkId link, std::string_view json) override {
    const Border border;
    server_.send(link, json);
  }
  void close(transport::LinkId link) override {
    const Border border;
    server_.close(link);
  }
  void drop(transport::LinkId link) override {
    const Border border;
    server_.drop(link);
  }
  void freeze(transport::LinkId link, bool frozen) override {
    const Border border;
    server_.freeze(link, frozen);
  }

 private:
  transport::Transport& server_;
};

/// Out of the server, into the worker.
class Inward final : public transport::TransportListener {
 public:
  explicit Inward(transport::TransportListener& worker) : worker_(worker) {}

  void on_open(transport::LinkId link) override {
    const Border border;
    worker_.on_open(link);
  }
  void on_text(transport::LinkId link, std::string_view text) override {
    const Border border;
    worker_.on_text(link, text);
  }
  void on_closed(transport::LinkId link, transport::CloseReason reason,
                 std::uint16_t close_code) override {
    const Border border;
    worker_.on_closed(link, reason, close_code);
  }

 private:
  transport::TransportListener& worker_;
};

users::SocialGraph bound_graph(const scenario::Plan& plan, std::uint64_t users) {
  users::SocialGraph graph(plan.friends, plan.groups, users, kSeed);
  std::vector<protocol::ChatId> ids;
  for (std::size_t chat = 0; chat < graph.chats(); ++chat) ids.push_back({500 + chat});
  graph.bind({70'001}, std::move(ids));
  return graph;
}

/// The scenario's users with everything around them; they log in at once.
class Played {
 public:
  Played(const scenario::Source& source, const scenario::Plan& plan, std::uint32_t users)
      : users_(users),
        graph_(bound_graph(plan, users)),
        board_(1, users),
        server_(graph_, kSeed),
        context_{.source = source,
                 .graph = graph_,
                 .board = board_,
                 .settings = {.seed = kSeed, .reading = plan.reading},
                 .stamp_key = measure::StampKey(kSeed),
                 .mint_token = [](protocol::UserId) { return std::string("token"); },
                 .ramp = {},
                 .duration = plan.duration} {
    const Border border;
    worker_.emplace(
        context_, Slice{.worker = 0, .workers = 1, .first_user = 1, .users = users}, clock_,
        [this](transport::TransportListener& listener) {
          inward_.emplace(listener);
          return std::make_unique<Outward>(server_);
        },
        [](const WorkerSecond&) {});
    worker_->start(kStart);
  }
  ~Played() { worker_->finish(); }

  void play_until(pacing::TimePoint until) {
    for (;;) {
      advance();
      while (step()) advance();
      if (clock_.now() >= until) return;
      clock_.advance_to(std::min(worker_->next_due(), until));
    }
  }

  std::uint64_t sends() const {
    const measure::LedgerShard* const shard = &worker_->ledger();
    return measure::reconcile({&shard, 1}).sent;
  }

 private:
  void advance() {
    const Border border;
    worker_->advance();
  }

  bool step() {
    bool moved = false;
    for (transport::LinkId link = 0; link < users_; ++link) {
      moved = server_.step(link, *inward_) || moved;
    }
    return moved;
  }

  const std::uint32_t users_;
  const users::SocialGraph graph_;
  users::OnlineBoard board_;
  users::TinyServer server_;
  pacing::VirtualClock clock_{kStart};
  const RunContext context_;
  std::optional<Inward> inward_;
  std::optional<Worker> worker_;
};

void play(const scenario::Source& source, std::uint32_t users, pacing::Duration time) {
  Played played(source, scenario::load_plan(source), users);
  played.play_until(kStart);
  const cost::Allocations before = cost::counted();
  collects_instructions = true;
  played.play_until(kStart + time);
  collects_instructions = false;
  const cost::Allocations after = cost::counted();
  std::printf("{\"users\": %u, \"login_bytes\": %ld, \"sends\": %lu, \"allocations\": %lu}\n",
              users, static_cast<long>(before.bytes), static_cast<unsigned long>(played.sends()),
              static_cast<unsigned long>(after.calls - before.calls));
}

std::map<std::string, std::string> script_args(int argc, char** argv) {
  std::map<std::string, std::string> args;
  for (int i = 4; i < argc; ++i) {
    const std::string arg = argv[i];
    args[arg.substr(0, arg.find('='))] = arg.substr(arg.find('=') + 1);
  }
  return args;
}

}  // namespace
}  // namespace throng::play

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("generator_cost SCENARIO.lua USERS SECONDS [NAME=VALUE]...\n", stderr);
    return 2;
  }
  const auto number = [&](int i) { return static_cast<std::uint32_t>(std::atoi(argv[i])); };
  throng::play::play(throng::scenario::read_source(argv[1], throng::play::script_args(argc, argv)),
                     number(2), std::chrono::seconds(number(3)));
  return 0;
}
