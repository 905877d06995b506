#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "server/gateway/http_fields.hpp"
#include "server/gateway/services.hpp"
#include "server/workers/workers.hpp"

/// How an HTTP call waits on its shard for what other threads do for it.
namespace throng::gateway {

/// Calls `start(done)` and waits until `done(result)` was called, once and on whatever thread.
/// Requires: it is called before the shard's loop is gone.
template <class Result, class Start>
boost::asio::awaitable<Result> result_of(Services& services, Start start) {
  struct Event {
    boost::asio::steady_timer over;
    std::optional<Result> result = std::nullopt;
  };
  Event event{
      .over = boost::asio::steady_timer(services.io, boost::asio::steady_timer::time_point::max())};
  start([&io = services.io, &event](Result result) {
    boost::asio::post(io, [&event, r = std::move(result)]() mutable {
      event.result = std::move(r);
      event.over.cancel();
    });
  });
  ++services.awaited_elsewhere;
  boost::system::error_code ignored;
  co_await event.over.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  --services.awaited_elsewhere;
  services.turn.begin();
  co_return std::move(*event.result);
}

/// What `job()` returns or throws, having run on one of the HTTP workers.
/// Errors: throws a Refusal with kOverloaded when too much waits for them already.
template <class Job>
boost::asio::awaitable<std::invoke_result_t<Job&>> on_worker(Services& services, Job job) {
  using Outcome = std::variant<std::invoke_result_t<Job&>, std::exception_ptr>;
  const auto run = [&job]() -> Outcome {
    try {
      return job();
    } catch (...) {
      return std::current_exception();
    }
  };
  const auto start = [&services, &run](auto done) {
    if (services.server.workers.run([&run, done] { done(run()); })) return;
    services.metrics.add(metrics::Metric::kRefusedWorkers);
    done(std::make_exception_ptr(Refusal{protocol::Error::kOverloaded, {}}));
  };
  Outcome outcome = co_await result_of<Outcome>(services, start);
  if (auto* error = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*error);
  co_return std::move(std::get<0>(outcome));
}

}  // namespace throng::gateway
