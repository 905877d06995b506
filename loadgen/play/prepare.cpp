#include "loadgen/play/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "loadgen/machine/limits.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/play/run_files.hpp"
#include "loadgen/play/setup.hpp"
#include "loadgen/transport/http_client.hpp"
#include "protocol/token.hpp"

namespace throng::play {
namespace {

using Interrupted = std::function<bool()>;

constexpr unsigned kOk = 200;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kForbidden = 403;
/// Ids above this are given out by the target to those who register there.
constexpr std::uint64_t kMaxForeignUser = 1'000'000'000;
constexpr std::chrono::hours kAdminTokenLife{24};
constexpr std::chrono::seconds kRequestTimeout{30};
/// A target that was started with the run refuses connections at first.
constexpr int kStartTries = 20;
constexpr std::chrono::milliseconds kStartInterval{100};

[[noreturn]] void refuse(ExitCode code, const std::string& sentence) {
  throw Refusal(code, sentence);
}

void refuse_if(const Interrupted& interrupted) {
  if (interrupted()) refuse(ExitCode::kInterrupted, "interrupted before anybody was played");
}

void tell(const RunOptions& options, const Progress& progress) {
  if (options.on_progress) options.on_progress(progress);
}

void check_options(const RunOptions& options) {
  if (options.secret.size() < protocol::TokenKey::kMinSecretBytes) {
    refuse(ExitCode::kUsage,
           fmt::format("the secret must have at least {} bytes: it is the one that the server was "
                       "started with",
                       protocol::TokenKey::kMinSecretBytes));
  }
}

/// How the users are divided: every process has a worker at least, and every worker a user.
void divide(const RunOptions& options, Prepared& prepared) {
  const auto at_most = [](unsigned wanted, std::uint64_t limit) {
    return static_cast<unsigned>(std::min<std::uint64_t>(wanted, limit));
  };
  const std::uint64_t users = prepared.plan.users;
  prepared.processes = at_most(std::max(options.processes, 1U), users);
  const unsigned in_each =
      options.threads == 0 ? std::max(1U, default_threads() / prepared.processes) : options.threads;
  prepared.threads = at_most(in_each * prepared.processes, users);
}

void check_fit(Prepared& prepared) {
  const machine::Fit fit = machine::fit_users(machine::raise_and_read_limits(), prepared.plan.users,
                                              prepared.endpoint.address(), prepared.processes);
  if (!fit.fits) refuse(ExitCode::kUsage, "this run doesn't fit: " + fit.advice);
  prepared.sources = fit.sources;
}

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

void reach_target(const RunOptions& options, Prepared& prepared, transport::HttpClient& http,
                  const Interrupted& interrupted) {
  const auto answer = ask_for_health(http, interrupted);
  refuse_if(interrupted);
  if (!answer) {
    refuse(ExitCode::kUnreachable,
           fmt::format("{}: {}", options.target.url, answer.error().message()));
  }
  if (answer->status != kOk) {
    refuse(ExitCode::kUnreachable, fmt::format("{}: GET /healthz was answered with {}",
                                               options.target.url, answer->status));
  }
  prepared.server_version = answer->server;
}

ExitCode code_of(const SetupError& error) {
  const bool refused = error.status == kUnauthorized || error.status == kForbidden;
  return refused ? ExitCode::kUsage : ExitCode::kUnreachable;
}

void set_up(const RunOptions& options, Prepared& prepared, transport::HttpClient& http,
            const Interrupted& interrupted) {
  const RunIdentity& identity = prepared.identity;
  Progress progress;
  progress.phase = Phase::kSetup;
  progress.users_planned = prepared.plan.users;
  progress.chats_planned = prepared.graph->chats();
  tell(options, progress);
  auto ids =
      make_chats(http, *prepared.graph, {identity.first_user, identity.tag}, [&](std::size_t made) {
        progress.chats_made = made;
        tell(options, progress);
        return !interrupted();
      });
  refuse_if(interrupted);
  if (!ids) refuse(code_of(ids.error()), ids.error().message);
  prepared.graph->bind(identity.first_user, std::move(*ids));
}

void measure_floor(const RunOptions& options, Prepared& prepared, const Interrupted& interrupted) {
  Progress progress;
  progress.phase = Phase::kFloor;
  progress.users_planned = prepared.plan.users;
  tell(options, progress);
  const double cpu_before_s = family_cpu_s();
  prepared.floor = options.measure_floor(interrupted);
  prepared.floor_cpu_s = family_cpu_s() - cpu_before_s;
  refuse_if(interrupted);
}

std::string admin_token(const RunOptions& options, const RunIdentity& identity) {
  const auto expires = std::chrono::duration_cast<std::chrono::milliseconds>(
      (options.started + kAdminTokenLife).time_since_epoch());
  return protocol::TokenKey(options.secret)
      .mint({.user = identity.first_user, .expires = expires.count(), .admin = true});
}

}  // namespace

RunIdentity identify(std::uint64_t seed, std::chrono::system_clock::time_point started,
                     std::uint64_t users) {
  const auto time = static_cast<std::uint64_t>(started.time_since_epoch().count());
  const std::uint64_t drawn = protocol::mix(protocol::mix(seed + 1) + time);
  const std::uint64_t room = kMaxForeignUser - std::min(users, kMaxForeignUser - 1);
  return {drawn, fmt::format("run-{:016x}", drawn), {1 + protocol::mix(drawn + 1) % room}};
}

scenario::Plan plan_of(const RunOptions& options) {
  scenario::Plan plan = scenario::load_plan(options.source);
  plan.users = options.users.value_or(plan.users);
  plan.duration = options.duration.value_or(plan.duration);
  plan.ramp = options.ramp.value_or(plan.ramp);
  if (plan.users == 0 || plan.users >= kMaxForeignUser) {
    refuse(ExitCode::kUsage,
           fmt::format("users: expected 1 to {}, got {}", kMaxForeignUser - 1, plan.users));
  }
  if (plan.duration <= pacing::Duration::zero()) {
    refuse(ExitCode::kUsage,
           "duration: expected more than 0 s; give the scenario one, or "
           "--duration");
  }
  if (plan.ramp < pacing::Duration::zero()) refuse(ExitCode::kUsage, "ramp: expected 0 s or more");
  return plan;
}

std::vector<report::Threshold> thresholds_of(const scenario::Plan& plan,
                                             const RunOptions& options) {
  std::vector<std::string> expressions = plan.thresholds;
  expressions.insert(expressions.end(), options.thresholds.begin(), options.thresholds.end());
  std::vector<report::Threshold> thresholds;
  for (const std::string& expression : expressions) {
    auto parsed = report::parse_threshold(expression);
    if (!parsed) refuse(ExitCode::kUsage, parsed.error().message);
    thresholds.push_back(std::move(*parsed));
  }
  return thresholds;
}

Prepared prepare(const RunOptions& options, const Interrupted& interrupted) {
  check_options(options);
  Prepared prepared;
  prepared.plan = plan_of(options);
  prepared.thresholds = thresholds_of(prepared.plan, options);
  divide(options, prepared);
  prepared.identity = identify(options.seed, options.started, prepared.plan.users);
  Progress progress;
  progress.users_planned = prepared.plan.users;
  tell(options, progress);
  if (!options.out_dir.empty()) clear_results(options.out_dir);

  const auto endpoint = transport::resolve(options.target);
  if (!endpoint) {
    refuse(ExitCode::kUnreachable,
           fmt::format("{}: {}", options.target.url, endpoint.error().message()));
  }
  prepared.endpoint = *endpoint;
  check_fit(prepared);
  transport::HttpClient http(options.target, prepared.endpoint,
                             admin_token(options, prepared.identity), kRequestTimeout, interrupted);
  reach_target(options, prepared, http, interrupted);
  prepared.graph = std::make_unique<users::SocialGraph>(prepared.plan.friends, prepared.plan.groups,
                                                        prepared.plan.users, options.seed);
  if (!options.out_dir.empty()) make_folder(options.out_dir);
  set_up(options, prepared, http, interrupted);
  if (options.measure_floor) measure_floor(options, prepared, interrupted);
  return prepared;
}

}  // namespace throng::play
