#include <gtest/gtest.h>

#include <deque>

#include "tests/server/chat/simulated_device.hpp"

// Random people on two shards, with commits that fail and a process that dies: whatever happens,
// what they are told stays true and in the end nothing is missing.
namespace throng::chat {
namespace {

constexpr std::uint64_t kUsers = 5;
constexpr std::uint64_t kDevicesEach = 2;
constexpr std::uint64_t kChats = 4;

class RulesProperty : public testing::TestWithParam<std::uint64_t> {
 protected:
  RulesProperty()
      : cluster_(GetParam(), [this](ShardIndex at, Effect& effect) { carry_out(at, effect); }) {
    for (std::uint32_t slot = 0; slot < kUsers * kDevicesEach; ++slot) {
      // The first device of each user keeps messages, the second is a browser that forgets.
      devices_.emplace_back(cluster_, slot, UserId{1 + slot / kDevicesEach},
                            slot % kDevicesEach == 0);
    }
    for (std::uint64_t chat = 1; chat <= kChats; ++chat) make_chat(chat);
    cluster_.settle();
  }

  void make_chat(std::uint64_t id) {
    CreateChat create{.from = {}, .line = 0, .record = {}, .members = {}};
    create.record.chat = {id};
    for (std::uint64_t user = 1; user <= kUsers; ++user) {
      if (cluster_.chance(3)) create.members.push_back({user});
    }
    cluster_.send(0, std::move(create));
  }

  /// What a shard does with effects for its sessions.
  void carry_out(ShardIndex at, Effect& effect) {
    for (SimulatedDevice& device : devices_) {
      if (!device.is_connected() || device.home() != at) continue;
      if (const auto* d = std::get_if<Deliver>(&effect)) {
        const bool excepted = d->except_client && device.is(*d->except_client);
        if (device.is_live(d->chat) && !excepted) device.on_events(*d->events);
      } else if (const auto* a = std::get_if<Answer>(&effect)) {
        if (device.is(a->to)) device.on_events(a->json);
      } else if (const auto* p = std::get_if<Page>(&effect)) {
        if (device.is(p->to)) device.on_page(*p);
      } else if (const auto* n = std::get_if<Notice>(&effect)) {
        if (device.user() == n->user) device.on_events(*n->events);
      } else if (const auto* m = std::get_if<MembershipChanged>(&effect)) {
        if (device.user() == m->user) device.on_membership(*m);
      }
    }
  }

  void act() {
    SimulatedDevice& device = devices_[cluster_.chance(devices_.size())];
    const ChatId chat{1 + cluster_.chance(kChats)};
    const auto what = cluster_.chance(100);
    if (!device.is_connected()) {
      if (what < 30) device.connect();
    } else if (what < 3) {
      device.disconnect();
    } else if (what < 30) {
      device.ask_pages();
    } else if (!device.is_served()) {
      return;
    } else if (what < 60) {
      device.send_new(chat);
    } else if (what < 70) {
      device.send_again();
    } else if (what < 97) {
      device.mark(chat);
    } else {
      device.change_members(chat, {1 + cluster_.chance(kUsers)}, cluster_.chance(2));
    }
  }

  void crash() {
    cluster_.crash();
    for (SimulatedDevice& device : devices_) device.lose_connection();
  }

  /// Everybody comes back once more and gets what is missing.
  void come_back() {
    cluster_.settle();
    for (SimulatedDevice& device : devices_) {
      if (device.is_connected()) device.disconnect();
      device.connect();
    }
    for (bool asked = true; asked; asked = cluster_.has_mail()) {
      cluster_.settle();
      for (SimulatedDevice& device : devices_) device.ask_pages();
    }
  }

  SimulatedCluster cluster_;
  std::deque<SimulatedDevice> devices_;
};

TEST_P(RulesProperty, HoldWhateverHappens) {
  for (int step = 0; step < 6'000 && !HasFailure(); ++step) {
    const auto what = cluster_.chance(1'000);
    if (what < 600) {
      cluster_.deliver_one();
    } else if (what < 700) {
      cluster_.step_commit();
    } else if (what < 999) {
      act();
    } else {
      crash();
    }
  }
  if (HasFailure()) return;
  come_back();
  Seq messages = 0;
  for (std::uint64_t id = 1; id <= kChats; ++id) {
    const ChatId chat{id};
    cluster_.judge().check_log(chat);
    messages += cluster_.log().last_seq(chat);
    for (std::size_t i = 0; i < devices_.size(); i += kDevicesEach) {
      const auto joined_after = cluster_.judge().joined_after(chat, devices_[i].user());
      if (joined_after) devices_[i].check_has_all(chat, *joined_after);
    }
  }
  EXPECT_GT(messages, 50u) << "the run did too little to show anything";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RulesProperty, testing::Range<std::uint64_t>(1, 31));

}  // namespace
}  // namespace throng::chat
