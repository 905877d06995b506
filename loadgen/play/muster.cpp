#include "loadgen/play/muster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/serve/address.hpp"

namespace throng::play {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Connections that haven't said yet who they are; more are closed at once.
constexpr std::size_t kMostStrangers = 64;
constexpr std::chrono::seconds kTimeToJoin{10};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kLook{50};
constexpr unsigned kMostThreads = 256;
constexpr std::size_t kMostNameBytes = 64;

tcp::acceptor listen(asio::io_context& io, const std::string& address) {
  try {
    const serve::HostPort own = serve::read_address(address, 0);
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(own.host, std::to_string(own.port), tcp::resolver::passive);
    return {io, found.begin()->endpoint()};
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(fmt::format("crews at {}: {}", address, error.code().message()));
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("crews at {}: {}", address, error.what()));
  }
}

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

}  // namespace

Muster::Muster(asio::io_context& io, const MusterOptions& options, std::string version)
    : io_(io),
      options_(options),
      version_(std::move(version)),
      key_(options.secret),
      acceptor_(listen(io, options.listen)) {
  asio::co_spawn(io_, accept_all(), asio::detached);
}

std::string Muster::address() const { return text_of(acceptor_.local_endpoint()); }

bool Muster::wait(const std::function<bool()>& interrupted,
                  const std::function<void()>& on_change) {
  const auto until = std::chrono::steady_clock::now() + options_.wait;
  std::size_t told = 0;
  on_change();
  while (joined() < options_.crews && std::chrono::steady_clock::now() < until && !interrupted()) {
    io_.run_for(kLook);  // all of it: one who has joined may go again
    if (std::exchange(told, joined()) != joined()) on_change();
  }
  return joined() >= options_.crews;
}

std::vector<CrewCall> Muster::take() {
  error_code ignored;
  acceptor_.close(ignored);
  std::vector<CrewCall> all;
  for (const Caller& caller : callers_) {
    if (caller.joined) all.push_back(caller.call);
  }
  return all;
}

asio::awaitable<void> Muster::accept_all() {
  asio::steady_timer pause(io_);
  while (acceptor_.is_open()) {
    error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::use_awaitable);
    } else if (callers_.size() < joined_ + kMostStrangers) {
      const tcp::endpoint from = socket.remote_endpoint(error);
      const auto caller = callers_.insert(callers_.end(), {text_of(from), {}, false});
      asio::co_spawn(io_, greet(std::move(socket), caller), asio::detached);
    }
  }
}

// The caller may be gone while this waits.
asio::awaitable<void> Muster::greet(tcp::socket socket, Callers::iterator caller) {
  try {
    caller->call.channel =
        co_await open_line(std::move(socket), key_, Handshake::Side::kCoordinator, version_);
  } catch (const boost::system::system_error& error) {
    co_return turn_away(caller, error.code().message());
  } catch (const std::exception& error) {
    co_return turn_away(caller, error.what());
  }
  caller->call.channel->listen(
      [this, caller](CrewMessage message, std::istream& body) {
        on_message(caller, message, body);
      },
      [this, caller](std::string_view why) { turn_away(caller, why); });
  const std::weak_ptr<SealedChannel> stranger = caller->call.channel;
  asio::steady_timer time_to_join(io_, kTimeToJoin);
  co_await time_to_join.async_wait(asio::use_awaitable);
  if (stranger.lock() && !caller->joined) turn_away(caller, "didn't say who it is");
}

void Muster::on_message(Callers::iterator caller, CrewMessage message, std::istream& body) {
  if (message != CrewMessage::kJoin || caller->joined) return;
  JoinedCrew& crew = caller->call.crew;
  try {
    load(body, crew);
  } catch (const std::exception&) {
    return turn_away(caller, "didn't say who it is");
  }
  std::ranges::replace_if(
      crew.name, [](char c) { return c < ' ' || c > '~'; }, '?');
  crew.name.resize(std::min(crew.name.size(), kMostNameBytes));
  crew.threads = std::clamp(crew.threads, 1U, kMostThreads);
  if (joined_ == options_.crews) return turn_away(caller, "came when all were there");
  caller->joined = true;
  ++joined_;
  caller->call.channel->send(CrewMessage::kWelcome);
}

void Muster::turn_away(Callers::iterator caller, std::string_view why) {
  complaint_ = fmt::format("{} {}", caller->from, why.empty() ? "went away" : why);
  if (caller->joined) --joined_;
  callers_.erase(caller);
}

}  // namespace throng::play
