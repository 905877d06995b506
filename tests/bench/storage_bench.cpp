// What a commit of the message log costs under each durability, beside the floor: the same bytes
// appended to a plain file. Shapes are those of a busy chat: 120-byte bodies, one client id and two
// cursors a message, a thousand chats of ten people each. Stands on the file system of TMPDIR.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/storage/rocks_message_log.hpp"
#include "server/storage/rocks_store.hpp"
#include "tests/server/storage/temp_directory.hpp"

namespace throng::storage {
namespace {

constexpr std::uint64_t kChats = 1000;
constexpr std::uint64_t kPeople = 10;
constexpr std::size_t kBodyBytes = 120;
// In the write-ahead log: message 172, cmid 59, cursors 2 x 24.
constexpr std::size_t kLoggedBytes = 279;

/// Fills a batch with the messages that come next.
class Traffic {
 public:
  void fill(chat::Batch& batch, std::size_t messages) {
    batch.clear();
    while (messages-- > 0) add(batch);
  }

  std::uint64_t sent() const { return sent_; }

 private:
  void add(chat::Batch& batch) {
    const std::uint64_t chat = 1 + sent_ % kChats;
    const chat::Seq seq = 1 + sent_ / kChats;
    const std::uint64_t from = chat * kPeople + protocol::mix(sent_) % kPeople;
    const std::uint64_t to = chat * kPeople + protocol::mix(~sent_) % kPeople;
    ++sent_;
    batch.messages.push_back({{chat}, seq, {from}, kTime, cmid(), body_});
    batch.cursors.push_back({{chat}, {from}, seq, seq});
    batch.cursors.push_back({{chat}, {to}, seq, seq - 1});
  }

  std::string cmid() const {
    const std::string digits = std::to_string(protocol::mix(sent_));
    return std::string(20 - digits.size(), '0') + digits;
  }

  static constexpr chat::TimeMs kTime = 1'700'000'000'000;
  const std::string body_ = std::string(kBodyBytes, 'x');
  std::uint64_t sent_ = 0;
};

struct OpenLog {
  explicit OpenLog(Durability durability) : store({place.path(), durability}), log(store) {}

  void commit(const chat::Batch& batch) {
    const chat::Batch* const one[] = {&batch};
    if (log.commit(one)) throw std::runtime_error("commit failed");
  }

  void fill(std::uint64_t messages) {
    chat::Batch batch;
    for (constexpr std::uint64_t kGroup = 1000; traffic.sent() < messages;) {
      traffic.fill(batch, kGroup);
      commit(batch);
    }
  }

  TempDirectory place;
  RocksStore store;
  RocksMessageLog log;
  Traffic traffic;
};

void commit_group(benchmark::State& state, Durability durability) {
  OpenLog open(durability);
  const auto group = static_cast<std::size_t>(state.range(0));
  chat::Batch batch;
  for (auto _ : state) {
    state.PauseTiming();
    open.traffic.fill(batch, group);
    state.ResumeTiming();
    open.commit(batch);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(commit_group, fsync, Durability::kFsync)
    ->RangeMultiplier(10)
    ->Range(1, 1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(commit_group, os, Durability::kOs)
    ->RangeMultiplier(10)
    ->Range(1, 1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(commit_group, none, Durability::kNone)
    ->RangeMultiplier(10)
    ->Range(1, 1000)
    ->UseRealTime();

void floor_append(benchmark::State& state, bool sync) {
  const TempDirectory place;
  const int file = open((place.path() / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const std::string bytes(kLoggedBytes * static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        (sync && fdatasync(file) != 0)) {
      state.SkipWithError("the floor's own write failed");
      break;
    }
  }
  close(file);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(floor_append, fdatasync, true)
    ->RangeMultiplier(10)
    ->Range(1, 1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(floor_append, os, false)->RangeMultiplier(10)->Range(1, 1000)->UseRealTime();

/// The arguments: how many messages the log holds.
OpenLog& filled_log(std::uint64_t messages) {
  static std::unique_ptr<OpenLog> open;
  if (!open || open->traffic.sent() != messages) {
    open.reset();
    open = std::make_unique<OpenLog>(Durability::kOs);
    open->fill(messages);
  }
  return *open;
}

void cmid_miss(benchmark::State& state) {
  OpenLog& open = filled_log(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t number = 0;
  std::string cmid(20, '-');
  for (auto _ : state) {
    const std::uint64_t random = protocol::mix(++number);
    cmid.replace(0, sizeof random, reinterpret_cast<const char*>(&random), sizeof random);
    const std::uint64_t chat = 1 + random % kChats;
    benchmark::DoNotOptimize(open.log.find({chat}, {chat * kPeople + random % kPeople}, cmid));
  }
}
BENCHMARK(cmid_miss)->Arg(100'000)->Arg(2'000'000);

void newest_page_of_50(benchmark::State& state) {
  OpenLog& open = filled_log(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t number = 0;
  std::size_t bytes = 0;
  const auto visit = [&](const chat::StoredView& message) {
    bytes += message.body.size();
    return true;
  };
  for (auto _ : state) {
    const std::uint64_t chat = 1 + protocol::mix(++number) % kChats;
    open.log.read_backward({chat}, ~chat::Seq{0}, 0, {50, 1 << 20}, visit);
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(state.iterations() * 50);
}
BENCHMARK(newest_page_of_50)->Arg(100'000)->Arg(2'000'000);

void last_seq(benchmark::State& state) {
  OpenLog& open = filled_log(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(open.log.last_seq({1 + protocol::mix(++number) % kChats}));
  }
}
BENCHMARK(last_seq)->Arg(100'000)->Arg(2'000'000);

}  // namespace
}  // namespace throng::storage
