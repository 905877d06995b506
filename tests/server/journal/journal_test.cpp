#include "server/journal/journal.hpp"

#include <gtest/gtest.h>

#include <semaphore>

namespace throng::journal {
namespace {

/// Takes lines once the test lets it.
class HeldSink final : public EventSink {
 public:
  explicit HeldSink(std::string& text) : text_(text) {}

  std::size_t write(std::string_view lines, std::chrono::milliseconds) override {
    begun.release();
    go_on.acquire();
    const std::size_t taken = std::min(lines.size(), most);
    text_ += lines.substr(0, taken);
    return taken;
  }

  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> go_on{0};
  std::size_t most = static_cast<std::size_t>(-1);

 private:
  std::string& text_;
};

constexpr SessionEvent kEvent{.event = "session_begun", .user = {2}};

TEST(Journal, WritesAllThatWaitsBeforeItStops) {
  std::string text;
  auto sink = std::make_unique<HeldSink>(text);
  HeldSink& held = *sink;
  Journal journal(std::move(sink));
  journal.add(kEvent, 1);
  held.begun.acquire();
  journal.add(kEvent, 2);
  chat::Batch batch;
  batch.last_seen.push_back({.user = {2}, .time = 3});
  const chat::Batch* const one[] = {&batch};
  journal.committed(one);
  held.go_on.release(2);
  journal.stop();
  EXPECT_EQ(text,
            "{\"event\":\"session_begun\",\"time\":1,\"user\":2}\n"
            "{\"event\":\"session_begun\",\"time\":2,\"user\":2}\n"
            "{\"event\":\"last_seen\",\"time\":3,\"user\":2}\n");
  EXPECT_EQ(journal.written(), 3u);
  EXPECT_EQ(journal.dropped(), 0u);
  journal.add(kEvent, 4);
  EXPECT_EQ(journal.dropped(), 1u) << "it has ended";
}

TEST(Journal, DropsAndCountsWhatFindsTooMuchWaiting) {
  std::string text;
  auto sink = std::make_unique<HeldSink>(text);
  HeldSink& held = *sink;
  Journal journal(std::move(sink));
  journal.add(kEvent, 1);
  held.begun.acquire();
  chat::Batch batch;
  batch.last_seen.resize(10'000);
  const chat::Batch* const one[] = {&batch};
  std::uint64_t added = 1;
  for (; journal.dropped() == 0; added += 10'000) journal.committed(one);
  EXPECT_EQ(journal.dropped(), 10'000u);
  held.go_on.release(2);
  journal.stop();
  EXPECT_EQ(journal.written(), added - 10'000);
}

TEST(Journal, GoesOnWhereASinkLeftOff) {
  std::string text;
  auto sink = std::make_unique<HeldSink>(text);
  HeldSink& held = *sink;
  held.most = 30;
  Journal journal(std::move(sink));
  journal.add(kEvent, 1);
  held.go_on.release(2);
  held.begun.acquire();
  held.begun.acquire();
  journal.stop();
  EXPECT_EQ(text, "{\"event\":\"session_begun\",\"time\":1,\"user\":2}\n");
  EXPECT_EQ(journal.written(), 1u);
}

TEST(Journal, StopsThoughNobodyTakesWhatWaits) {
  std::string text;
  auto sink = std::make_unique<HeldSink>(text);
  HeldSink& held = *sink;
  held.most = 0;
  Journal journal(std::move(sink));
  journal.add(kEvent, 1);
  held.begun.acquire();
  held.go_on.release(100);
  journal.stop();
  EXPECT_EQ(journal.written(), 0u);
  EXPECT_EQ(journal.dropped(), 1u);
}

}  // namespace
}  // namespace throng::journal
