#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <vector>

#include "server/gateway/services.hpp"

namespace throng::gateway {

/// An HTTP request that awaits answers from chat shards: one, or one a line of its body. It has a
/// slot of its shard while it waits, so an answer that comes too late finds nobody.
class HttpExchange {
 public:
  HttpExchange(Services& services, chat::ClientRef self, std::uint32_t lines);

  /// Puts a new exchange into the shard's table.
  static HttpExchange& open(Services& services, std::uint32_t lines);

  chat::ClientRef ref() const { return self_; }
  void on_answer(chat::Answer&& answer);

  /// Waits until every line is answered or the time is up, closes the exchange, and returns the
  /// answers in the order of the lines; one that didn't come has an empty `json`.
  static boost::asio::awaitable<std::vector<chat::Answer>> wait(Services& services,
                                                                HttpExchange& exchange);

 private:
  const chat::ClientRef self_;
  boost::asio::steady_timer done_;
  std::size_t missing_;
  std::vector<chat::Answer> answers_;
};

}  // namespace throng::gateway
