#pragma once

#include <optional>

#include "server/node/node.hpp"

namespace throng::node {

/// What the command line and the environment ask for.
struct ParsedOptions {
  NodeOptions node;
  bool secret_was_made = false;  ///< nobody gave one, so it is good for this process only
};

/// What came of reading them: either options, or what to exit with at once (after --help and
/// --version with 0, after a mistake that was explained on stderr with 2).
struct ParseResult {
  std::optional<ParsedOptions> options;
  int exit_code = 0;
};

ParseResult parse_options(int argc, char** argv);

}  // namespace throng::node
