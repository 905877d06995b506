#include "server/gateway/session_mail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/gateway/gateway_world.hpp"
#include "tests/server/gateway/written_session.hpp"

namespace throng::gateway {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr chat::ChatId kChat{7};

/// People who listen to a chat on one shard.
class Listeners : public testing::Test {
 protected:
  void come(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& written = *written_.emplace_back(std::make_unique<std::vector<std::string>>());
      const chat::UserId user{i + 1};
      Session* session = services().sessions.insert([&](auto key) {
        const chat::ClientRef self{
            .shard = services().shard, .slot = key.slot, .generation = key.generation};
        return std::make_unique<WrittenSession>(services(), self, user, written);
      });
      services().registry.go_live(kChat, session->ref().slot);
    }
  }

  void deliver(std::string events) {
    chat::Deliver effect{.chat = kChat,
                         .events = std::make_shared<const std::string>(std::move(events)),
                         .except_client = std::nullopt,
                         .except_user = {}};
    carry_out(services(), effect);
  }

  void end_turn() {
    services().plan_due_flushes();
    services().flush_sessions();
  }

  void pass(milliseconds time) {
    services().now += time;
    end_turn();
  }

  std::vector<std::vector<std::string>> written() const {
    std::vector<std::vector<std::string>> all;
    for (const auto& each : written_) all.push_back(*each);
    return all;
  }

  SessionServices& services() { return world_.services; }

 private:
  std::vector<std::unique_ptr<std::vector<std::string>>> written_;
  GatewayWorld world_;
};

TEST_F(Listeners, GetAMessageAtOnceWhereThereIsLittleToDo) {
  come(100);
  deliver("a");
  end_turn();
  EXPECT_THAT(written(), Each(ElementsAre("a")));
}

TEST_F(Listeners, GetAMessageAtOnceIfTheyAreFew) {
  services().busy = true;
  come(99);
  deliver("a");
  end_turn();
  EXPECT_THAT(written(), Each(ElementsAre("a")));
}

TEST_F(Listeners, GetWhatGatheredInOneWriteUnderLoad) {
  services().busy = true;
  come(100);
  deliver("a");
  end_turn();
  EXPECT_THAT(written(), Each(IsEmpty()));
  pass(milliseconds(19));
  deliver("b");
  pass(milliseconds(1));
  EXPECT_THAT(written(), Each(ElementsAre("a\nb"))) << "20 ms after the first";
}

TEST_F(Listeners, WhoIsAnsweredGetsWhatGatheredBeforeIt) {
  services().busy = true;
  come(100);
  deliver("a");
  services().sessions.find(0)->add_events("answer");
  end_turn();
  EXPECT_THAT(written().front(), ElementsAre("a\nanswer"));
  EXPECT_THAT(written().back(), IsEmpty());
}

TEST_F(Listeners, DontWaitLongerWhereReceiptsAreMorePatient) {
  services().busy = true;
  services().receipt_patience = 10;
  come(100);
  deliver("a");
  pass(milliseconds(20));
  EXPECT_THAT(written(), Each(ElementsAre("a")));
}

}  // namespace
}  // namespace throng::gateway
