#include "server/gateway/http_exchange.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace throng::gateway {

namespace asio = boost::asio;

HttpExchange::HttpExchange(Services& services, chat::ClientRef self, std::uint32_t lines)
    : self_(self), done_(services.io), missing_(lines), answers_(lines) {
  done_.expires_after(services.server.limits.http_timeout);
}

HttpExchange& HttpExchange::open(Services& services, std::uint32_t lines) {
  return *services.exchanges.insert([&](auto key) {
    const chat::ClientRef self{.kind = chat::ClientRef::Kind::kExchange,
                               .shard = services.shard,
                               .slot = key.slot,
                               .generation = key.generation};
    return std::make_unique<HttpExchange>(services, self, lines);
  });
}

void HttpExchange::on_answer(chat::Answer&& answer) {
  if (answer.line >= answers_.size() || !answers_[answer.line].json.empty()) return;
  const std::size_t line = answer.line;
  answers_[line] = std::move(answer);
  if (--missing_ == 0) done_.cancel();
}

asio::awaitable<std::vector<chat::Answer>> HttpExchange::wait(Services& services,
                                                              HttpExchange& exchange) {
  boost::system::error_code ignored;
  if (exchange.missing_ > 0) {
    co_await exchange.done_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  services.turn.begin();
  const std::unique_ptr<HttpExchange> closed = services.exchanges.extract(exchange.self_.slot);
  co_return std::move(closed->answers_);
}

}  // namespace throng::gateway
