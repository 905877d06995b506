#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/gateway/session.hpp"

namespace throng::gateway {

/// A session whose client is a list of what was written to it.
class WrittenSession final : public Session {
 public:
  WrittenSession(SessionServices& services, chat::ClientRef self, chat::UserId user,
                 std::vector<std::string>& written)
      : WrittenSession(services, self, newcomer(user), written) {}
  WrittenSession(SessionServices& services, chat::ClientRef self, cluster::Newcomer&& who,
                 std::vector<std::string>& written)
      : Session(services, self, std::move(who)), written_(written) {}
  void on_ready(const SocketSet::Ready&) override {}

 private:
  static cluster::Newcomer newcomer(chat::UserId user) {
    cluster::Newcomer who;
    who.user = user;
    return who;
  }

  void transmit(std::string& gathered) override {
    if (!gathered.empty()) written_.push_back(std::exchange(gathered, {}));
  }
  std::size_t unsent_bytes() const override { return 0; }
  void hang_up(std::string& gathered, std::uint16_t, std::string_view) override {
    transmit(gathered);
  }
  void listen(std::string) override {}

  std::vector<std::string>& written_;
};

}  // namespace throng::gateway
