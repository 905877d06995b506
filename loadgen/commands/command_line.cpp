#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 pass, 2 usage or script error, or results that can't be written,\n"
    "3 threshold failed or claim refuted, 4 ledger violated, 5 run invalid, 6 regression,\n"
    "7 target unreachable, 8 not proved or inconclusive, 130 interrupted. Every option can also\n"
    "be given in the environment: --users as THRONG_USERS.";

/// Leaves out the name of each option in the environment, which the last line tells of all: most
/// options then fit on a line.
class BriefFormatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string all = CLI::Formatter::make_option_opts(option);
    return all.substr(0, all.find(" (Env:"));
  }
};

/// What a command didn't take, before what is behind its "--", which an unknown option drags along.
std::string first_unexpected(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    if (const auto left = command->remaining(); !left.empty()) return left.front();
  }
  const auto left = app.remaining();
  return left.empty() ? "" : left.front();
}

}  // namespace

int run_command_line(int argc, char** argv, std::chrono::system_clock::time_point now) {
  CLI::App app("throng: plays people against a chat server and reports what they felt", "throng");
  app.set_version_flag("--version", std::string("throng ") + kVersion);
  app.require_subcommand(1);
  app.formatter(std::make_shared<BriefFormatter>());
  app.footer(kExitCodes);
  Action action;
  add_run(app, action, now);
  add_simulate(app, action, now);
  add_crew(app, action);
  add_floor(app, action, now);
  add_report(app, action);
  add_view(app, action);
  add_doctor(app, action);
  add_capacity(app, action);
  add_cost(app, action);
  add_calibrate(app, action);
  add_scale(app, action);
  add_search(app, action, now);
  add_ab(app, action, now);
  add_compare(app, action);
  add_baseline(app, action, now);
  add_trend(app, action);
  try {
    app.parse(argc, argv);
    const int code = action();
    if (std::cout.flush()) return code;
    std::cerr << "throng: can't write to the standard output\n";
    if (code != 0) return code;
  } catch (const CLI::ExtrasError&) {
    std::cerr << "throng: " << first_unexpected(app) << " wasn't expected (see throng --help)\n";
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::cerr << "throng: " << e.what() << " (see throng --help)\n";
  } catch (const std::exception& e) {
    std::cerr << "throng: " << e.what() << '\n';
  }
  return static_cast<int>(play::ExitCode::kUsage);
}

}  // namespace throng::commands
