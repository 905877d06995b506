#include "loadgen/play/join.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "loadgen/play/crew_duty.hpp"
#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/play/preflight.hpp"
#include "loadgen/play/sealed_channel.hpp"
#include "loadgen/serve/address.hpp"

namespace throng::play {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kRetryInterval{250};
constexpr std::chrono::milliseconds kLook{50};
/// For the coordinator's first word.
constexpr std::chrono::seconds kWelcomeTime{10};
/// With a coordinator that has given orders and says nothing more.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::seconds kFarewellTime{2};

/// One call of join_run(): what its steps share.
class Joining {
 public:
  explicit Joining(const JoinOptions& options)
      : options_(options),
        address_(serve::read_address(options.coordinator)),
        key_(options.secret) {}

  void run() {
    connect();
    introduce();
    tell(fmt::format("joined {} as {}; waiting for the run", options_.coordinator, options_.name));
    run_until([this] { return duty_ && duty_->finished(); });
    tell("the run is over; handing over what was measured");
    duty_->tell_harvest();
    heard_ = clock_.now();  // telling may have taken its time
    run_until([this] { return thanked_; });
  }

  /// So that the coordinator can say why there is a crew less.
  void tell_failure(const std::exception& failure) noexcept {
    try {
      if (!channel_) return;
      channel_->send(CrewMessage::kFailed, [&](std::ostream& out) { save_named(out, failure); });
      const pacing::TimePoint until = clock_.now() + kFarewellTime;
      while (!channel_->all_sent() && clock_.now() < until) io_.run_one_for(kLook);
    } catch (const std::exception&) {  // what else goes wrong in the end
    }
  }

 private:
  void connect() {
    asio::co_spawn(io_, reach(), [this](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    const pacing::TimePoint until = clock_.now() + options_.wait;
    while (!channel_) {
      look();
      if (clock_.now() < until) continue;
      throw Refusal(
          ExitCode::kUnreachable,
          fmt::format("no coordinator let this crew in at {} within {:.3g} s: {}",
                      options_.coordinator, pacing::to_seconds(options_.wait), obstacle_));
    }
  }

  // Until there is a line, again and again.
  asio::awaitable<void> reach() {
    asio::steady_timer pause(io_);
    while (true) {
      try {
        tcp::resolver resolver(io_);
        tcp::socket socket(io_);
        const auto found = co_await resolver.async_resolve(
            address_.host, std::to_string(address_.port), asio::use_awaitable);
        co_await asio::async_connect(socket, found, asio::use_awaitable);
        channel_ =
            co_await open_line(std::move(socket), key_, Handshake::Side::kCrew, options_.version);
        co_return;
      } catch (const boost::system::system_error& error) {
        obstacle_ = error.code().message();
      } catch (const SilentLine& error) {
        obstacle_ = fmt::format("it {}", error.what());
      } catch (const NoLine& error) {
        throw std::runtime_error(fmt::format("{}: {}", options_.coordinator, error.what()));
      }
      pause.expires_after(kRetryInterval);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  void introduce() {
    channel_->listen([this](CrewMessage message, std::istream& body) { on_message(message, body); },
                     [this](std::string_view why) { on_closed(why); });
    const JoinedCrew own{options_.name, std::thread::hardware_concurrency(),
                         options_.threads > 0 ? options_.threads : default_threads()};
    channel_->send(CrewMessage::kJoin, [&](std::ostream& out) { save(out, own); });
    const pacing::TimePoint until = clock_.now() + kWelcomeTime;
    while (!welcome_) {
      look();
      if (clock_.now() >= until) throw std::runtime_error(options_.coordinator + " says nothing");
    }
  }

  template <class Predicate>
  void run_until(Predicate done) {
    while (!done()) {
      look();
      if (duty_ && clock_.now() - heard_ > kPatience) {
        throw std::runtime_error("the coordinator says nothing any more");
      }
    }
  }

  void look() {
    io_.run_one_for(kLook);
    if (interruption_.requested()) throw Refusal(ExitCode::kInterrupted, "interrupted");
  }

  void on_message(CrewMessage message, std::istream& body) {
    heard_ = clock_.now();
    switch (message) {
      case CrewMessage::kWelcome:
        welcome_ = true;
        return;
      case CrewMessage::kOrders:
        return take_orders(body);
      case CrewMessage::kThanks:
        thanked_ = true;
        return;
      default:
        if (duty_) duty_->on_message(message, body);
    }
  }

  void take_orders(std::istream& body) {
    if (duty_) return;
    CrewOrders orders;
    load(body, orders);
    if (orders.slices.empty())
      throw std::runtime_error("the coordinator has no users for this crew");
    tell(fmt::format("plays {} at {} with others, {} users in all", orders.source.name,
                     orders.target.url, orders.users));
    duty_.emplace(io_, *channel_, std::move(orders), [this] { return interruption_.requested(); });
    heard_ = clock_.now();
  }

  void on_closed(std::string_view why) {
    if (thanked_) return;
    if (!welcome_) {
      throw std::runtime_error(fmt::format(
          "{} doesn't let this crew in: both need the same key (--crew-key-file, THRONG_CREW_KEY), "
          "and as many crews as were asked for may be there already",
          options_.coordinator));
    }
    throw std::runtime_error(fmt::format("the coordinator at {} {} before the run was over",
                                         options_.coordinator, why.empty() ? "has gone" : why));
  }

  // A script's mistake has its own place in the script.
  void save_named(std::ostream& out, const std::exception& failure) const {
    if (dynamic_cast<const scenario::ScriptError*>(&failure)) return save_failure(out, failure);
    save_failure(
        out, Refusal(code_of(failure), fmt::format("crew {}: {}", options_.name, failure.what())));
  }

  void tell(const std::string& line) const {
    if (options_.on_progress) options_.on_progress(line);
  }

  const JoinOptions& options_;
  const serve::HostPort address_;
  const CrewKey key_;
  const pacing::SteadyClock clock_;
  const Interruption interruption_;
  asio::io_context io_{1};
  std::string obstacle_ = "it didn't answer";
  std::unique_ptr<SealedChannel> channel_;
  std::optional<CrewDuty> duty_;
  pacing::TimePoint heard_{};
  bool welcome_ = false;
  bool thanked_ = false;
};

}  // namespace

JoinOutcome join_run(const JoinOptions& options) {
  try {
    Joining joining(options);
    try {
      joining.run();
      return {};
    } catch (const std::exception& failure) {
      joining.tell_failure(failure);
      throw;
    }
  } catch (const std::exception& error) {
    return {code_of(error), error.what()};
  }
}

}  // namespace throng::play
