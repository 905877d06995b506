#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/node/log.hpp"
#include "server/node/node.hpp"

namespace throng::node {

/// What the command line, the file and the environment ask for.
struct ParsedOptions {
  NodeOptions node;
  LogFormat log_format = LogFormat::kText;
  std::string log_level;
  std::vector<std::string> warnings;  ///< for the log, as soon as there is one
};

/// What came of reading them: either options, or what to exit with at once (after --help and
/// --version with 0, after a mistake that was explained on stderr with 2).
struct ParseResult {
  std::optional<ParsedOptions> options;
  int exit_code = 0;
};

ParseResult parse_options(int argc, char** argv);

/// The same once more, for a reload. Errors: std::runtime_error saying what is wrong.
NodeOptions read_options_again(int argc, char** argv);

}  // namespace throng::node
