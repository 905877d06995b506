#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "loadgen/commands/command.hpp"
#include "loadgen/machine/checkup.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/pretty_json.hpp"
#include "loadgen/transport/target.hpp"

namespace throng::commands {
namespace {

namespace json = boost::json;
using machine::Checkup;
using machine::Finding;

/// The options as typed; empty texts were not given.
struct Raw {
  std::string users;
  std::string target = "ws://127.0.0.1:9400";
  bool json = false;
};

std::optional<std::uint64_t> users_of(const Raw& raw) {
  if (raw.users.empty()) return std::nullopt;
  const auto users = pacing::parse_count(raw.users);
  if (!users) throw std::runtime_error("--users: " + users.error().message);
  return *users;
}

boost::asio::ip::address address_of(const Raw& raw) {
  const auto target = transport::parse_target(raw.target);
  if (!target) throw std::runtime_error("--target: " + target.error().message);
  const auto endpoint = transport::resolve(*target);
  if (!endpoint) throw std::runtime_error(raw.target + ": " + endpoint.error().message());
  return endpoint->address();
}

std::string plain_text(const Checkup& checkup, bool colour) {
  const auto verdict = [&](const Finding& finding) {
    const bool good = finding.remedy.empty();
    if (!colour) return std::string(good ? "ok  " : "warn");
    return fmt::format("\x1b[{}m{}\x1b[0m", good ? 32 : 33, good ? "ok  " : "warn");
  };
  std::string text;
  for (const Finding& finding : checkup.findings) {
    text += fmt::format("{}  {:<20}{:<44}{}", verdict(finding), finding.what, finding.value,
                        finding.allows);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
    if (!finding.remedy.empty()) text += fmt::format("      {}\n", finding.remedy);
  }
  return text;
}

json::value to_json(const Finding& finding) {
  return json::object{{"what", finding.what},
                      {"value", finding.value},
                      {"allows", finding.allows},
                      {"verdict", finding.remedy.empty() ? "ok" : "warn"},
                      {"remedy", finding.remedy}};
}

std::string json_text(const Checkup& checkup) {
  json::array findings;
  for (const Finding& finding : checkup.findings) findings.push_back(to_json(finding));
  return report::pretty_json(json::object{{"schema", "throng.doctor/1"},
                                          {"fits", checkup.fit.fits},
                                          {"max_users", checkup.fit.max_users},
                                          {"advice", checkup.fit.advice},
                                          {"findings", std::move(findings)}});
}

std::string conclusion(const Checkup& checkup, std::optional<std::uint64_t> users) {
  if (users) return fmt::format("{} users fit.\n", *users);
  return fmt::format("{} users fit into one process.\n", checkup.fit.max_users);
}

int examine(const Raw& raw) {
  const auto users = users_of(raw);
  const Checkup checkup = machine::check_up(machine::raise_and_read_limits(),
                                            machine::read_machine_texts(), address_of(raw), users);
  const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::cout << (raw.json ? json_text(checkup) : plain_text(checkup, colour));
  if (!checkup.fit.fits) throw std::runtime_error("this doesn't fit: " + checkup.fit.advice);
  if (!raw.json) std::cout << '\n' << conclusion(checkup, users);
  return static_cast<int>(play::ExitCode::kPass);
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("doctor", "tell what this machine can carry, and how to raise it");
  auto raw = std::make_shared<Raw>();
  command->add_option("--users", raw->users, "people who are to fit, e.g. 50k: exit code 2 if not")
      ->envname("THRONG_USERS");
  command->add_option("--target", raw->target, "URL of the server [ws://127.0.0.1:9400]")
      ->envname("THRONG_TARGET");
  command->add_flag("--json", raw->json, "print it as JSON")->envname("THRONG_JSON");
  command->parse_complete_callback([raw, &action] { action = [raw] { return examine(*raw); }; });
}

}  // namespace throng::commands
