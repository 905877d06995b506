#pragma once

#include <string>

namespace throng::commands {

/// Where a secret comes from; never from the command line, which others can see.
struct SecretSource {
  const char* option;       ///< which names the file, e.g. "--secret-file"
  const char* environment;  ///< e.g. "THRONG_SECRET"
  const char* what;         ///< for people who gave none, e.g. "no secret to sign tokens with"
};

/// The first line of `file`, or the environment's value if that is empty.
/// Errors: std::runtime_error naming the option.
std::string read_secret(const SecretSource& source, const std::string& file);

/// That of the environment, or else one that nobody knows, for servers that this program starts.
std::string given_or_random_secret();

/// The key that crews and their coordinator share. Errors: the same.
std::string read_crew_key(const std::string& file);

}  // namespace throng::commands
