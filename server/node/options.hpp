#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/node/node.hpp"

namespace throng::node {

/// What the command line and the environment ask for.
struct ParsedOptions {
  NodeOptions node;
  std::vector<std::string> warnings;  ///< for the log, as soon as there is one
};

/// What came of reading them: either options, or what to exit with at once (after --help and
/// --version with 0, after a mistake that was explained on stderr with 2).
struct ParseResult {
  std::optional<ParsedOptions> options;
  int exit_code = 0;
};

ParseResult parse_options(int argc, char** argv);

}  // namespace throng::node
