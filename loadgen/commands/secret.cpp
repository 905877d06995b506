#include "loadgen/commands/secret.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "loadgen/play/crew_seal.hpp"

namespace throng::commands {

std::string read_secret(const SecretSource& source, const std::string& file) {
  if (!file.empty()) {
    std::string secret;
    std::ifstream in(file);
    if (std::getline(in, secret)) return secret;
    throw std::runtime_error(
        fmt::format("{}: \"{}\" can't be read or is empty", source.option, file));
  }
  if (const char* secret = std::getenv(source.environment)) return secret;
  throw std::runtime_error(
      fmt::format("{}: set {} or {}", source.what, source.environment, source.option));
}

std::string given_or_random_secret() {
  if (const char* secret = std::getenv("THRONG_SECRET")) return secret;
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't be used");
  std::array<unsigned char, 32> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::string secret;
  for (const unsigned char each : bytes) secret += fmt::format("{:02x}", each);
  return secret;
}

std::string read_crew_key(const std::string& file) {
  std::string key = read_secret({"--crew-key-file", "THRONG_CREW_KEY",
                                 "no key for the line between the coordinator and its crews, who "
                                 "need the same one"},
                                file);
  if (key.size() >= play::CrewKey::kMinSecretBytes) return key;
  throw std::runtime_error(
      fmt::format("the crews' key must have at least {} bytes, and be random: head -c 32 "
                  "/dev/urandom | base64 makes one",
                  play::CrewKey::kMinSecretBytes));
}

}  // namespace throng::commands
