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
#include <stdexcept>
#include <thread>

#include "server/node/descriptors.hpp"
#include "server/node/option_rows.hpp"
#include "server/storage/email.hpp"
#include "server/version.hpp"

namespace throng::node {

namespace asio = boost::asio;

namespace {

constexpr int kUsageError = 2;
constexpr unsigned kMostThreads = 256;

constexpr const char* kRaiseLimit =
    "raise the hard limit (ulimit -n, or LimitNOFILE= in the systemd unit)";
constexpr const char* kFooter =
    "Every option can also stand in the file of --config, or in the environment: --listen as\n"
    "THRONG_LISTEN. The command line counts before the file, the file before the environment.\n"
    "Times are in the unit of their default unless they have one: 30s, 2m, 500us.\n"
    "Exit codes: 0 stopped by a signal, 1 can't start or go on, 2 usage error.";

const std::map<std::string, storage::Durability> kDurabilities{
    {"fsync", storage::Durability::kFsync},
    {"os", storage::Durability::kOs},
    {"none", storage::Durability::kNone}};

/// Reads the environment itself: CLI11 opens the file before it does.
CLI::Option* add_config(CLI::App& app) {
  const char* file = std::getenv("THRONG_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  return app
      .set_config("--config", file ? file : "",
                  "file of options, a line each, e.g. threads = 2 (or THRONG_CONFIG)")
      ->group("Serving")
      ->option_text("FILE");
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

/// The first line of the file that `option` names, or else what the environment says.
/// nullopt: nobody gave one.
std::optional<std::string> read_secret(const char* option, const std::string& file,
                                       const char* variable) {
  if (!file.empty()) {
    std::ifstream in(file);
    std::string secret;
    if (!std::getline(in, secret)) {
      throw std::runtime_error(fmt::format("{}: \"{}\" can't be read or is empty", option, file));
    }
    return secret;
  }
  const char* secret = std::getenv(variable);
  return secret ? std::optional<std::string>(secret) : std::nullopt;
}

std::string make_secret() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void choose_secret(const RawOptions& raw, ParsedOptions& parsed) {
  const auto given = read_secret("--secret-file", raw.secret_file, "THRONG_SECRET");
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

/// "30d" is 30 days; a number without a unit is in seconds.
storage::Retention parse_retention(const std::string& text) {
  using Kind = storage::Retention::Kind;
  if (text == "forever") return {.kind = Kind::kForever};
  if (text == "delivered") return {.kind = Kind::kDelivered};
  const std::map<std::string_view, chat::TimeMs> units{
      {"", 1'000}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr chat::TimeMs kMostUnits = 100'000;
  chat::TimeMs count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const auto unit = units.find(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  if (error == std::errc{} && unit != units.end() && count > 0 && count <= kMostUnits) {
    return {.kind = Kind::kAge, .age = count * unit->second};
  }
  throw std::runtime_error(fmt::format(
      "--retention: \"{}\" is neither forever nor delivered nor a time such as 30d", text));
}

void choose_webhook(const RawOptions& raw, notify::PushOptions& pushes) {
  if (raw.push_webhook.empty()) return;
  if (!raw.push_webhook.starts_with("http://") && !raw.push_webhook.starts_with("https://")) {
    throw std::runtime_error("--push-webhook: it must begin with http:// or https://");
  }
  const auto secret = read_secret("--push-secret-file", raw.push_secret_file, "THRONG_PUSH_SECRET");
  if (!secret || secret->size() < protocol::TokenKey::kMinSecretBytes) {
    throw std::runtime_error(
        fmt::format("--push-webhook needs a secret of at least {} bytes (--push-secret-file or "
                    "THRONG_PUSH_SECRET)",
                    protocol::TokenKey::kMinSecretBytes));
  }
  pushes.webhook_url = raw.push_webhook;
  pushes.webhook_secret = *secret;
}

void choose_smtp(const RawOptions& raw, notify::PushOptions& pushes) {
  if (raw.push_smtp.empty()) return;
  if (!raw.push_smtp.starts_with("smtp://") && !raw.push_smtp.starts_with("smtps://")) {
    throw std::runtime_error("--push-smtp: it must begin with smtp:// or smtps://");
  }
  if (!storage::looks_like_email(raw.push_from)) {
    throw std::runtime_error("--push-smtp needs an address that e-mails come from (--push-from)");
  }
  pushes.smtp_url = raw.push_smtp;
  pushes.from = raw.push_from;
  pushes.smtp_user = raw.push_smtp_user;
  if (pushes.smtp_user.empty()) return;
  const auto password = read_secret("--push-smtp-password-file", raw.push_smtp_password_file,
                                    "THRONG_PUSH_SMTP_PASSWORD");
  if (!password) {
    throw std::runtime_error(
        "--push-smtp-user needs a password (--push-smtp-password-file or "
        "THRONG_PUSH_SMTP_PASSWORD)");
  }
  pushes.smtp_password = *password;
}

void choose_pushes(const RawOptions& raw, notify::PushOptions& pushes) {
  choose_webhook(raw, pushes);
  choose_smtp(raw, pushes);
  pushes.log = raw.push_log;
  pushes.notifier.grace = static_cast<chat::TimeMs>(raw.push_after_ms);
  pushes.notifier.quiet = static_cast<chat::TimeMs>(raw.push_quiet_ms);
  pushes.notifier.backoff.first = static_cast<chat::TimeMs>(raw.push_retry_ms);
  pushes.notifier.attempts = static_cast<std::uint32_t>(raw.push_attempts);
  randombytes_buf(&pushes.notifier.backoff.seed, sizeof pushes.notifier.backoff.seed);
}

void share_out_descriptors(const RawOptions& raw, ParsedOptions& parsed) {
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

unsigned shards_of(const RawOptions& raw) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return raw.threads ? static_cast<unsigned>(raw.threads) : std::min(cores, kMostThreads);
}

/// RATE or RATE:BURST; without a burst one second's worth.
gateway::Rate parse_rate(const char* option, const std::string& text) {
  const auto read = [](std::string_view number) -> std::optional<double> {
    double value = 0;
    const char* end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, value, std::chars_format::fixed);
    constexpr double kMost = 1e6;
    if (parsed.ec != std::errc{} || parsed.ptr != end || value < 0 || value > kMost) return {};
    return value;
  };
  const std::size_t colon = text.find(':');
  const auto rate = read(std::string_view(text).substr(0, colon));
  const auto burst =
      colon == std::string::npos ? rate : read(std::string_view(text).substr(colon + 1));
  if (rate && burst) return gateway::Rate::of(*rate, *burst);
  throw std::runtime_error(fmt::format(
      "{}: \"{}\" isn't RATE or RATE:BURST, each up to 1000000, e.g. 100:1000", option, text));
}

void read_rates(const RawOptions& raw, gateway::Limits& limits) {
  limits.user_sends = parse_rate("--user-sends", raw.user_sends);
  limits.user_events = parse_rate("--user-events", raw.user_events);
  limits.address_connections = parse_rate("--address-connections", raw.address_connections);
  limits.address_logins = parse_rate("--address-logins", raw.address_logins);
  limits.connections_in_all = parse_rate("--accept-rate", raw.accept_rate);
  try {
    limits.trusted = gateway::Networks::parse(raw.trusted);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(fmt::format("--trusted: {}", e.what()));
  }
}

ParsedOptions check(const RawOptions& raw) {
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
  node.limits.http_timeout = std::chrono::seconds(raw.request_timeout_s);
  node.limits.drain = std::chrono::milliseconds(raw.drain_ms);
  read_rates(raw, node.limits);
  parsed.log_format = raw.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  parsed.log_level = raw.log_level;
  if (!raw.assets.empty()) node.assets = raw.assets;
  node.asset_quota = raw.asset_quota;
  node.limits.asset_bytes = raw.asset_bytes;
  node.limits.user_uploads = raw.user_uploads;
  node.limits.user_upload_bytes = raw.user_upload_bytes;
  node.limits.upload_timeout = std::chrono::seconds(raw.upload_timeout_s);
  if (raw.tls_certificate.empty() != raw.tls_key.empty()) {
    throw std::runtime_error("--tls-cert and --tls-key: one needs the other");
  }
  node.tls = {.certificate = raw.tls_certificate, .key = raw.tls_key};
  node.page = raw.page == "on";
  share_out_descriptors(raw, parsed);
  choose_secret(raw, parsed);
  node.retention = parse_retention(raw.retention);
  choose_pushes(raw, node.pushes);
  node.events = {.place = raw.events, .file_bytes = raw.events_file_bytes};
  return parsed;
}

}  // namespace

namespace {

/// One reading of the options. A mistake is an exception whose text needs nothing before it.
class Reading {
 public:
  Reading() {
    app_.set_version_flag("--version", fmt::format("throng-server {}", kVersion));
    add_options(app_, raw_);
    config_ = add_config(app_);
    app_.footer(kFooter);
  }

  /// Errors: CLI::Success for --help and --version; std::runtime_error.
  ParsedOptions read(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ConfigError& e) {
      throw std::runtime_error(config_->as<std::string>() + ": " + e.what());
    } catch (const CLI::ParseError& e) {
      if (e.get_exit_code() == 0) throw;
      throw std::runtime_error(fmt::format("{} (see throng-server --help)", e.what()));
    }
    check_config(*config_);
    return check(raw_);
  }
  int exit(const CLI::ParseError& e) { return app_.exit(e); }

 private:
  CLI::App app_{"throng-server: a chat server to measure, and to measure against", "throng-server"};
  RawOptions raw_;
  const CLI::Option* config_ = nullptr;
};

}  // namespace

ParseResult parse_options(int argc, char** argv) {
  Reading reading;
  try {
    return {.options = reading.read(argc, argv), .exit_code = 0};
  } catch (const CLI::ParseError& e) {
    return {.options = std::nullopt, .exit_code = reading.exit(e)};
  } catch (const std::exception& e) {
    std::cerr << "throng-server: " << e.what() << '\n';
  }
  return {.options = std::nullopt, .exit_code = kUsageError};
}

NodeOptions read_options_again(int argc, char** argv) { return Reading().read(argc, argv).node; }

}  // namespace throng::node
