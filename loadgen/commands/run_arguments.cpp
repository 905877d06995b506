#include "loadgen/commands/run_arguments.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>

namespace throng::commands {

std::map<std::string, std::string> parse_script_args(const std::vector<std::string>& words) {
  std::map<std::string, std::string> args;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    const bool dashed = word.starts_with("--");
    if (dashed) word.erase(0, 2);
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos && equals > 0) {
      args[word.substr(0, equals)] = word.substr(equals + 1);
    } else if (dashed && !word.empty() && equals != 0 && i + 1 < words.size()) {
      args[word] = words[++i];
    } else {
      throw std::runtime_error(fmt::format(
          "\"{}\" isn't an argument of the script: expected NAME=VALUE behind --", words[i]));
    }
  }
  return args;
}

std::filesystem::path default_out(const std::string& scenario_name,
                                  std::chrono::system_clock::time_point now) {
  const auto utc = fmt::gmtime(std::chrono::system_clock::to_time_t(now));
  return std::filesystem::path("throng-out") /
         fmt::format("{}-{:%Y%m%dT%H%M%SZ}", scenario_name, utc);
}

}  // namespace throng::commands
