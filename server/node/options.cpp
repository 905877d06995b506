#include "server/node/options.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include "server/version.hpp"

namespace throng::node {

namespace asio = boost::asio;

namespace {

constexpr int kUsageError = 2;
/// Descriptors that aren't connections: the store's files, logs, event loops.
constexpr std::size_t kReservedDescriptors = 200;

const std::map<std::string, storage::Durability> kDurabilities{
    {"fsync", storage::Durability::kFsync},
    {"os", storage::Durability::kOs},
    {"none", storage::Durability::kNone}};

/// As typed, before it is checked.
struct Raw {
  std::string listen = "127.0.0.1:9400";
  std::string data = "./throng-data";
  storage::Durability durability = storage::Durability::kFsync;
  unsigned threads = 0;
  std::string secret_file;
  std::uint64_t heartbeat_s = 30;
  std::size_t outbound_bytes = gateway::Limits{}.outbound_bytes;
  std::size_t max_connections = 0;
};

void add_options(CLI::App& app, Raw& raw) {
  app.add_option("--listen", raw.listen, "ADDRESS:PORT to serve on; port 0 takes a free one")
      ->envname("THRONG_LISTEN")
      ->capture_default_str();
  app.add_option("--data", raw.data, "directory of the store, or \"memory\"")
      ->envname("THRONG_DATA")
      ->capture_default_str();
  app.add_option("--durability", raw.durability,
                 "what an acknowledged message survives: fsync (power loss), os (death of the "
                 "process), none")
      ->envname("THRONG_DURABILITY")
      ->transform(CLI::CheckedTransformer(kDurabilities))
      ->option_text("fsync|os|none");
  app.add_option("--threads", raw.threads, "shards, one thread each; 0: one a core")
      ->envname("THRONG_THREADS");
  app.add_option("--secret-file", raw.secret_file,
                 "file with the secret that signs tokens (or THRONG_SECRET in the environment)")
      ->envname("THRONG_SECRET_FILE");
  app.add_option("--heartbeat", raw.heartbeat_s,
                 "seconds; a session is closed after two without a word")
      ->envname("THRONG_HEARTBEAT")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--outbound-limit", raw.outbound_bytes,
                 "bytes that may wait for one session before it is closed as too slow")
      ->envname("THRONG_OUTBOUND_LIMIT")
      ->check(CLI::Range(std::size_t{64} * 1024, std::size_t{1} << 30))
      ->capture_default_str();
  app.add_option("--max-connections", raw.max_connections,
                 "connections at once; 0: as many as descriptors allow")
      ->envname("THRONG_MAX_CONNECTIONS");
  app.set_config("--config", "", "file with options, a line each: listen = \"0.0.0.0:9400\"")
      ->envname("THRONG_CONFIG");
}

asio::ip::tcp::endpoint parse_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  unsigned short port = 0;
  boost::system::error_code error;
  if (colon != std::string::npos) {
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    const auto address = asio::ip::make_address(host, error);
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    if (!error && parsed.ec == std::errc{} && parsed.ptr == end) return {address, port};
  }
  throw std::runtime_error(
      fmt::format("--listen: \"{}\" isn't ADDRESS:PORT, e.g. 127.0.0.1:9400", text));
}

std::string read_secret(const std::string& file) {
  if (!file.empty()) {
    std::ifstream in(file);
    std::string secret;
    if (!std::getline(in, secret)) {
      throw std::runtime_error(
          fmt::format("--secret-file: \"{}\" can't be read or is empty", file));
    }
    return secret;
  }
  const char* secret = std::getenv("THRONG_SECRET");
  return secret ? secret : "";
}

std::string make_secret() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Raises the soft limit of descriptors to the hard one and returns how many connections fit.
std::size_t connections_that_fit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1000;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > 2 * kReservedDescriptors ? limit.rlim_cur - kReservedDescriptors
                                                   : limit.rlim_cur / 2;
}

ParsedOptions check(const Raw& raw) {
  ParsedOptions parsed;
  NodeOptions& node = parsed.node;
  node.listen = parse_endpoint(raw.listen);
  if (raw.data != "memory") node.data = raw.data;
  node.durability = raw.durability;
  node.shards = raw.threads ? raw.threads : std::max(1U, std::thread::hardware_concurrency());
  if (node.shards > 256) throw std::runtime_error("--threads: at most 256");
  node.limits.heartbeat = std::chrono::seconds(raw.heartbeat_s);
  node.limits.outbound_bytes = raw.outbound_bytes;
  const std::size_t fit = connections_that_fit();
  node.limits.connections = raw.max_connections ? std::min(raw.max_connections, fit) : fit;
  node.secret = read_secret(raw.secret_file);
  if (node.secret.empty()) {
    node.secret = make_secret();
    parsed.secret_was_made = true;
  }
  if (node.secret.size() < protocol::TokenKey::kMinSecretBytes) {
    throw std::runtime_error(
        fmt::format("the secret must have at least {} bytes", protocol::TokenKey::kMinSecretBytes));
  }
  return parsed;
}

}  // namespace

ParseResult parse_options(int argc, char** argv) {
  CLI::App app("throng-server: a chat server to measure, and to measure against", "throng-server");
  app.set_version_flag("--version", fmt::format("throng-server {}", kVersion));
  Raw raw;
  add_options(app, raw);
  try {
    app.parse(argc, argv);
    return {.options = check(raw), .exit_code = 0};
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return {.options = std::nullopt, .exit_code = app.exit(e)};
    std::cerr << "throng-server: " << e.what() << " (see throng-server --help)\n";
  } catch (const std::exception& e) {
    std::cerr << "throng-server: " << e.what() << '\n';
  }
  return {.options = std::nullopt, .exit_code = kUsageError};
}

}  // namespace throng::node
