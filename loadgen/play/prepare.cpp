#include "loadgen/play/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "loadgen/play/machine.hpp"
#include "loadgen/play/run_files.hpp"
#include "loadgen/play/setup.hpp"
#include "loadgen/transport/http_client.hpp"
#include "protocol/token.hpp"

namespace throng::play {
namespace {

constexpr unsigned kUnauthorized = 401;
constexpr unsigned kForbidden = 403;
constexpr std::chrono::hours kAdminTokenLife{24};

[[noreturn]] void refuse(ExitCode code, const std::string& sentence) {
  throw Refusal(code, sentence);
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

/// The same for crews, who say how many workers they want unless the options do. Where there are
/// fewer users than workers, each crew has one.
void divide_over_crews(const RunOptions& options, Prepared& prepared) {
  prepared.processes = static_cast<unsigned>(prepared.crews.size());
  const auto give_each = [&](unsigned threads) {
    for (CrewCall& call : prepared.crews) call.crew.threads = threads;
  };
  if (options.threads > 0) give_each(options.threads);
  const auto all = [&] {
    return std::accumulate(
        prepared.crews.begin(), prepared.crews.end(), 0U,
        [](unsigned sum, const CrewCall& call) { return sum + call.crew.threads; });
  };
  if (all() > prepared.plan.users) give_each(1);
  prepared.threads = all();
}

void gather(const RunOptions& options, Prepared& prepared, Muster& muster,
            const Interrupted& interrupted) {
  const unsigned wanted = options.muster.crews;
  if (prepared.plan.users < wanted) {
    refuse(ExitCode::kUsage, fmt::format("{} crews are too many for {} users: each plays one at "
                                         "least",
                                         wanted, prepared.plan.users));
  }
  Progress progress;
  progress.phase = Phase::kCrews;
  progress.users_planned = prepared.plan.users;
  progress.crews_at = muster.address();
  progress.crews_planned = wanted;
  const bool complete = muster.wait(interrupted, [&] {
    progress.crews_joined = muster.joined();
    tell(options, progress);
  });
  refuse_if(interrupted);
  if (complete) {
    prepared.crews = muster.take();
    return;
  }
  const std::string complaint = muster.complaint().empty()
                                    ? ""
                                    : "; the last one that was turned away: " + muster.complaint();
  refuse(ExitCode::kUsage,
         fmt::format("{} of {} crews joined at {} within {:.3g} s; start the others with throng "
                     "crew --join, or wait longer with --crew-wait{}",
                     muster.joined(), wanted, progress.crews_at,
                     pacing::to_seconds(options.muster.wait), complaint));
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
  progress.first_user = identity.first_user.value;
  tell(options, progress);
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

scenario::Plan plan_of(const RunOptions& options, std::uint64_t most_users) {
  scenario::Plan plan = scenario::load_plan(options.source);
  plan.users = options.users.value_or(plan.users);
  plan.duration = options.duration.value_or(plan.duration);
  plan.ramp = options.ramp.value_or(plan.ramp);
  if (plan.users == 0 || plan.users > most_users) {
    refuse(ExitCode::kUsage,
           fmt::format("users: expected 1 to {}, got {}", most_users, plan.users));
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

std::vector<unsigned> workers_of(const Prepared& prepared) {
  std::vector<unsigned> workers;
  for (unsigned i = 0; i < prepared.processes; ++i) {
    const unsigned first = prepared.threads * i / prepared.processes;
    const unsigned end = prepared.threads * (i + 1) / prepared.processes;
    workers.push_back(prepared.crews.empty() ? end - first : prepared.crews[i].crew.threads);
  }
  return workers;
}

Prepared prepare(const RunOptions& options, const Interrupted& interrupted, Muster* muster) {
  check_options(options);
  Prepared prepared;
  prepared.plan = plan_of(options);
  prepared.thresholds = thresholds_of(prepared.plan, options);
  prepared.identity = identify(options.seed, options.started, prepared.plan.users);
  Progress progress;
  progress.users_planned = prepared.plan.users;
  tell(options, progress);
  if (!options.out_dir.empty()) clear_results(options.out_dir);

  prepared.endpoint = find_target(options.target);
  if (muster != nullptr) {
    gather(options, prepared, *muster, interrupted);
    divide_over_crews(options, prepared);
  } else {
    divide(options, prepared);
    prepared.sources = check_fit(prepared.plan.users, prepared.endpoint, prepared.processes,
                                 options.sessions_per_connection);
  }
  transport::HttpClient http(options.target, prepared.endpoint,
                             admin_token(options, prepared.identity), kRequestTimeout, interrupted);
  prepared.server_version = reach_target(options.target, http, interrupted);
  prepared.graph = std::make_unique<users::SocialGraph>(prepared.plan.friends, prepared.plan.groups,
                                                        prepared.plan.users, options.seed);
  if (!options.out_dir.empty()) make_folder(options.out_dir);
  set_up(options, prepared, http, interrupted);
  if (options.measure_floor && prepared.crews.empty())
    measure_floor(options, prepared, interrupted);
  return prepared;
}

}  // namespace throng::play
