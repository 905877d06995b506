#include "loadgen/scenario/source.hpp"

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace throng::scenario {
namespace {

std::string read_file(const std::string& path) {
  // Opening a folder succeeds, and reading it gives nothing.
  if (std::filesystem::is_directory(path)) {
    throw std::runtime_error{"can't read " + path + ": it is a folder, not a scenario"};
  }
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    throw std::runtime_error{"can't read " + path + ": " + std::generic_category().message(errno)};
  }
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace

Source read_source(const std::string& path, std::map<std::string, std::string> args) {
  Source source;
  source.path = path;
  source.name = std::filesystem::path{path}.stem().string();
  source.text = read_file(path);
  source.sha256 = sha256_hex(source.text);
  source.args = std::move(args);
  return source;
}

std::string title_of(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  if (!line.starts_with("--")) return {};
  const auto begin = line.find_first_not_of("- \t");
  if (begin == std::string_view::npos) return {};
  const auto end = line.find_last_not_of(" \t\r");
  return std::string{line.substr(begin, end + 1 - begin)};
}

}  // namespace throng::scenario
