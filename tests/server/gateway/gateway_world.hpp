#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/gateway/accounts.hpp"
#include "server/gateway/asset_api.hpp"
#include "server/gateway/chat_keys.hpp"
#include "server/gateway/http_api.hpp"
#include "server/gateway/services.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "tests/server/gateway/memory_asset_store.hpp"

namespace throng::gateway {

/// A directory that can't be read any more once it is broken.
class FragileDirectory : public storage::MemoryDirectory {
 public:
  std::vector<chat::ChatId> chats_of(chat::UserId user) const override;
  std::optional<chat::ChatId> chat_by_key(chat::UserId creator,
                                          std::string_view key) const override;

  bool is_broken = false;

 private:
  void check() const;
};

/// A shard's services without a shard: mail is kept until the test looks at it, and the loop runs
/// when the test says so.
class GatewayWorld : private Turn,
                     private NodeStatus,
                     private cluster::PostOffice,
                     private chat::Outbox {
 public:
  static constexpr chat::ShardIndex kShards = 2;
  static constexpr std::string_view kSecret = "0123456789abcdef";

  explicit GatewayWorld(Limits limits = {});
  ~GatewayWorld();

  /// Starts to serve a request as the user; 0: without a token. Goes on until it waits for a shard.
  void ask(std::string_view method, std::string_view target, std::string_view body = {},
           std::uint64_t user = 17, bool admin = false);
  /// Takes the reply to the request; fails the test when there is none yet.
  HttpReply reply();
  /// Uploads such bytes; `sent` of them come before the client breaks off.
  HttpReply put(std::string_view target, std::string_view bytes, std::uint64_t user = 17,
                std::size_t sent = -1);
  /// The bytes that the last reply promised.
  std::string download(HttpReply& reply);
  bool has_reply() const { return reply_ != nullptr; }
  /// Both, for what is answered without the help of shards.
  HttpReply call(std::string_view method, std::string_view target, std::string_view body = {},
                 std::uint64_t user = 17, bool admin = false);
  /// Runs the loop until there is nothing left to wait for.
  HttpReply wait_for_reply();

  /// The only command since the last call.
  template <class Command>
  Command take() {
    auto commands = take_all<Command>();
    if (commands.size() != 1) throw std::logic_error("not one command of that kind");
    return std::move(commands.front());
  }
  /// All commands since the last call, which have to be of one kind.
  template <class Command>
  std::vector<Command> take_all() {
    std::vector<Command> commands;
    for (auto& [to, command] : std::exchange(mailed_, {})) {
      if (to != services.placement.of(chat_of(command))) throw std::logic_error("wrong shard");
      commands.push_back(std::get<Command>(std::move(command)));
    }
    return commands;
  }
  /// A shard's answer arrives.
  void answer(const chat::ClientRef& to, std::string json,
              std::optional<protocol::Error> error = std::nullopt, std::uint32_t line = 0);

  std::string content_type = "application/json";
  std::string range;
  std::string if_range;
  std::string if_none_match;
  cluster::Load shown_load = cluster::Load::kNormal;
  bool is_ready = true;

 private:
  void serve(std::string_view method, std::string_view target, std::string_view body,
             HttpBody* streamed, std::uint64_t user, bool admin);
  /// Runs the loop until no other thread does anything for it.
  void finish_what_is_elsewhere();

  void begin() override;
  bool ready() const override { return is_ready; }
  std::string metrics_page() const override { return "figures\n"; }
  void send(chat::ShardIndex to, cluster::Mail mail) override;
  cluster::Load load(chat::ShardIndex) const override { return shown_load; }
  void mail(chat::ShardIndex, chat::Effect) override {}

  const Limits limits_;
  storage::MemoryMessageLog log_;

 public:
  FragileDirectory directory;
  MemoryAssetStore asset_store;
  const protocol::TokenKey tokens{kSecret};
  const chat::Epochs epochs{{101, 102}};

 private:
  AssetService assets_;
  Accounts accounts_;
  ChatKeys chat_keys_;
  workers::Workers workers_;
  boost::asio::io_context io_{1};
  chat::Pagination pagination_{kSecret};
  chat::Rules rules_;
  chat::Presence presence_;
  metrics::ShardMetrics metrics_;
  std::vector<std::pair<chat::ShardIndex, chat::Command>> mailed_;
  std::unique_ptr<HttpReply> reply_;

 public:
  Services services;
};

}  // namespace throng::gateway
