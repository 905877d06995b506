#include "loadgen/play/preflight.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "loadgen/machine/limits.hpp"

namespace throng::play {
namespace {

constexpr unsigned kOk = 200;
/// A target that was started with the run refuses connections at first.
constexpr int kStartTries = 20;
constexpr std::chrono::milliseconds kStartInterval{100};

boost::system::result<transport::HttpAnswer> ask_for_health(transport::HttpClient& http,
                                                            const Interrupted& interrupted) {
  auto answer = http.get("/healthz");
  for (int i = 0; i < kStartTries && !interrupted(); ++i) {
    if (answer || answer.error() != boost::system::errc::connection_refused) break;
    std::this_thread::sleep_for(kStartInterval);
    answer = http.get("/healthz");
  }
  return answer;
}

}  // namespace

ExitCode code_of(const std::exception& failure) {
  const auto* const refusal = dynamic_cast<const Refusal*>(&failure);
  return refusal ? refusal->code() : ExitCode::kUsage;
}

std::string reach_target(const transport::Target& target, transport::HttpClient& http,
                         const Interrupted& interrupted) {
  const auto answer = ask_for_health(http, interrupted);
  refuse_if(interrupted);
  if (!answer) {
    throw Refusal(ExitCode::kUnreachable,
                  fmt::format("{}: {}", target.url, answer.error().message()));
  }
  if (answer->status != kOk) {
    throw Refusal(ExitCode::kUnreachable,
                  fmt::format("{}: GET /healthz was answered with {}", target.url, answer->status));
  }
  return answer->server;
}

boost::asio::ip::tcp::endpoint find_target(const transport::Target& target) {
  const auto endpoint = transport::resolve(target);
  if (endpoint) return *endpoint;
  throw Refusal(ExitCode::kUnreachable,
                fmt::format("{}: {}", target.url, endpoint.error().message()));
}

std::vector<boost::asio::ip::address> check_fit(std::uint64_t users,
                                                const boost::asio::ip::tcp::endpoint& endpoint,
                                                unsigned processes, std::uint32_t per_connection) {
  const machine::Fit fit = machine::fit_users(machine::raise_and_read_limits(), users,
                                              endpoint.address(), processes, per_connection);
  if (!fit.fits) throw Refusal(ExitCode::kUsage, "this run doesn't fit: " + fit.advice);
  return fit.sources;
}

void refuse_if(const Interrupted& interrupted) {
  if (interrupted()) {
    throw Refusal(ExitCode::kInterrupted, "interrupted before anybody was played");
  }
}

}  // namespace throng::play
