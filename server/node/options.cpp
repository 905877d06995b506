#include "server/node/options.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include "server/node/descriptors.hpp"
#include "server/version.hpp"

namespace throng::node {

namespace asio = boost::asio;

namespace {

constexpr int kUsageError = 2;
constexpr unsigned kMostThreads = 256;
constexpr std::size_t kMostConnections = 10'000'000;

constexpr const char* kRaiseLimit =
    "raise the hard limit (ulimit -n, or LimitNOFILE= in the systemd unit)";
constexpr const char* kFooter =
    "Every option can also stand in the file of --config, or in the environment: --listen as\n"
    "THRONG_LISTEN. The command line counts before the file, the file before the environment.\n"
    "Exit codes: 0 stopped by a signal, 1 can't start or go on, 2 usage error.";

const std::map<std::string, storage::Durability> kDurabilities{
    {"fsync", storage::Durability::kFsync},
    {"os", storage::Durability::kOs},
    {"none", storage::Durability::kNone}};

const std::map<std::string, std::uint64_t> kSecondsPerUnit{{"s", 1}, {"m", 60}};
const std::map<std::string, std::uint64_t> kMicrosecondsPerUnit{{"us", 1}, {"ms", 1000}};
const std::map<std::string, std::uint64_t> kMillisecondsPerUnit{{"ms", 1}, {"s", 1000}};

/// As typed, before it is checked.
struct Raw {
  std::string listen = "127.0.0.1:9400";
  std::string data = "./throng-data";
  std::string durability = "fsync";
  unsigned threads = 0;
  std::string secret_file;
  std::uint64_t heartbeat_s = 30;
  std::uint64_t pace_us = 1000;
  std::uint64_t receipt_delay_ms = gateway::Limits{}.receipt_delay.count();
  std::size_t outbound_bytes = gateway::Limits{}.outbound_bytes;
  std::size_t sessions_per_connection = gateway::Limits{}.sessions_per_connection;
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
      ->check(CLI::IsMember({"fsync", "os", "none"}))
      ->option_text("fsync|os|none [fsync]");
  app.add_option("--threads", raw.threads, "shards, one thread each; 0: one a core")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(0U, kMostThreads));
  app.add_option("--secret-file", raw.secret_file,
                 "file with the secret that signs tokens (or THRONG_SECRET in the environment)")
      ->envname("THRONG_SECRET_FILE");
  app.add_option("--heartbeat", raw.heartbeat_s,
                 "seconds, or a text like 2m; a session is closed after two without a word")
      ->envname("THRONG_HEARTBEAT")
      ->transform(CLI::AsNumberWithUnit(kSecondsPerUnit))
      ->check(CLI::Range(1, 3600))
      ->option_text("1..3600 [30]");
  app.add_option("--pace", raw.pace_us,
                 "microseconds, or a text like 2ms: under load, sockets are looked at and the disk "
                 "is synced once in that time; 0: whenever there is something")
      ->envname("THRONG_PACE")
      ->transform(CLI::AsNumberWithUnit(kMicrosecondsPerUnit))
      ->check(CLI::Range(0, 100'000))
      ->option_text("0..100ms [1ms]");
  app.add_option("--receipt-delay", raw.receipt_delay_ms,
                 "milliseconds, or a text like 1s, that a receipt and when somebody was last seen "
                 "may wait for company on the way to the disk, a receipt again to the sender")
      ->envname("THRONG_RECEIPT_DELAY")
      ->transform(CLI::AsNumberWithUnit(kMillisecondsPerUnit))
      ->check(CLI::Range(0, 10'000))
      ->option_text("0..10s [20ms]");
  app.add_option("--outbound-limit", raw.outbound_bytes,
                 "bytes, or a text like 1M, that may wait for one session before it is closed as "
                 "too slow")
      ->envname("THRONG_OUTBOUND_LIMIT")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::size_t{64} * 1024, std::size_t{1} << 30))
      ->option_text("64K..1G [1M]");
  app.add_option("--max-sessions-per-connection", raw.sessions_per_connection,
                 "sessions of different users that a connection may carry")
      ->envname("THRONG_MAX_SESSIONS_PER_CONNECTION")
      ->check(CLI::Range(1, 100'000))
      ->option_text("1..100000 [1024]");
  app.add_option("--max-connections", raw.max_connections,
                 "connections at once; 0: as many as descriptors allow")
      ->envname("THRONG_MAX_CONNECTIONS")
      ->check(CLI::Range(std::size_t{0}, kMostConnections));
}

/// Reads the environment itself: CLI11 opens the file before it does.
CLI::Option* add_config(CLI::App& app) {
  const char* file = std::getenv("THRONG_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  return app.set_config("--config", file ? file : "",
                        "file with options, a line each: listen = \"0.0.0.0:9400\" "
                        "(or THRONG_CONFIG)");
}

/// CLI11 passes over a default that isn't there.
void check_config(const CLI::Option& config) {
  const auto file = config.as<std::string>();
  if (!file.empty() && !std::filesystem::is_regular_file(file)) {
    throw std::runtime_error(fmt::format("THRONG_CONFIG: \"{}\" can't be read", file));
  }
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

/// nullopt: nobody gave one.
std::optional<std::string> read_secret(const std::string& file) {
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
  return secret ? std::optional<std::string>(secret) : std::nullopt;
}

std::string make_secret() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void choose_secret(const Raw& raw, ParsedOptions& parsed) {
  const std::optional<std::string> given = read_secret(raw.secret_file);
  parsed.node.secret = given ? *given : make_secret();
  if (!given) {
    parsed.warnings.emplace_back(
        "no secret given: tokens are good until this process ends, and nobody else can "
        "mint them (set THRONG_SECRET or --secret-file)");
  }
  if (parsed.node.secret.size() < protocol::TokenKey::kMinSecretBytes) {
    throw std::runtime_error(
        fmt::format("the secret must have at least {} bytes", protocol::TokenKey::kMinSecretBytes));
  }
}

void share_out_descriptors(const Raw& raw, ParsedOptions& parsed) {
  NodeOptions& node = parsed.node;
  const std::size_t limit = raise_descriptor_limit();
  const auto [store_files, fit] = share_descriptors(limit, node.shards, node.data.has_value());
  if (fit == 0) {
    throw std::runtime_error(
        fmt::format("{} file descriptors are too few; {}", limit, kRaiseLimit));
  }
  node.store_files = store_files;
  node.limits.connections = raw.max_connections ? std::min(raw.max_connections, fit) : fit;
  if (raw.max_connections > fit) {
    parsed.warnings.push_back(
        fmt::format("--max-connections {}: only {} fit into {} file descriptors; {}",
                    raw.max_connections, fit, limit, kRaiseLimit));
  }
}

unsigned shards_of(const Raw& raw) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return raw.threads ? raw.threads : std::min(cores, kMostThreads);
}

ParsedOptions check(const Raw& raw) {
  ParsedOptions parsed;
  NodeOptions& node = parsed.node;
  node.listen = parse_endpoint(raw.listen);
  if (raw.data != "memory") node.data = raw.data;
  node.durability = kDurabilities.at(raw.durability);
  node.shards = shards_of(raw);
  node.limits.heartbeat = std::chrono::seconds(raw.heartbeat_s);
  node.pace = std::chrono::microseconds(raw.pace_us);
  node.limits.receipt_delay = std::chrono::milliseconds(raw.receipt_delay_ms);
  node.limits.outbound_bytes = raw.outbound_bytes;
  node.limits.sessions_per_connection = raw.sessions_per_connection;
  share_out_descriptors(raw, parsed);
  choose_secret(raw, parsed);
  return parsed;
}

}  // namespace

ParseResult parse_options(int argc, char** argv) {
  CLI::App app("throng-server: a chat server to measure, and to measure against", "throng-server");
  app.set_version_flag("--version", fmt::format("throng-server {}", kVersion));
  Raw raw;
  add_options(app, raw);
  const CLI::Option* config = add_config(app);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
    check_config(*config);
    return {.options = check(raw), .exit_code = 0};
  } catch (const CLI::ConfigError& e) {
    std::cerr << "throng-server: " << config->as<std::string>() << ": " << e.what() << '\n';
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return {.options = std::nullopt, .exit_code = app.exit(e)};
    std::cerr << "throng-server: " << e.what() << " (see throng-server --help)\n";
  } catch (const std::exception& e) {
    std::cerr << "throng-server: " << e.what() << '\n';
  }
  return {.options = std::nullopt, .exit_code = kUsageError};
}

}  // namespace throng::node
