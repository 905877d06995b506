#include "loadgen/commands/ab_record.hpp"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>

#include "loadgen/report/pretty_json.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

namespace json = boost::json;

std::string sha256_of(const std::filesystem::path& path) {
  const std::string bytes = report::read_text_file(path);
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex;
  return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
}

json::object side_of(const std::string& command) {
  json::object side{{"command", command}};
  const std::filesystem::path program = command.substr(0, command.find(' '));
  if (std::filesystem::is_regular_file(program)) side["sha256"] = sha256_of(program);
  return side;
}

json::array list_of(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

json::object limits_json(const compare::Limits& limits) {
  json::object object;
  for (std::size_t i = 0; i < limits.size(); ++i) object[compare::kMetrics[i].name] = limits[i];
  return object;
}

}  // namespace

std::string ab_record(const AbWords& words, const AbPlan& plan, const play::RunOptions& options,
                      const compare::Limits& limits) {
  return report::pretty_json(
      json::object{{"base", side_of(words.base)},
                   {"candidate", side_of(words.candidate)},
                   {"generator", options.version},
                   {"scenario", options.source.path},
                   {"scenario_sha256", options.source.sha256},
                   {"args", list_of(options.args)},
                   {"seed", options.seed},
                   {"users", words.run.users},
                   {"duration", words.run.duration},
                   {"ramp", words.run.ramp},
                   {"warmup", words.run.warmup},
                   {"threads", words.run.threads},
                   {"processes", words.run.processes},
                   {"sessions_per_connection", words.run.sessions_per_connection},
                   {"thresholds", list_of(words.run.thresholds)},
                   {"limits", limits_json(limits)},
                   {"pairs", plan.pairs},
                   {"max_pairs", plan.max_pairs}});
}

}  // namespace throng::commands
