#include "server/node/option_rows.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cctype>
#include <map>
#include <variant>

namespace throng::node {
namespace {

enum class Unit : std::uint8_t { kNone, kBytes, kSeconds, kMilliseconds, kMicroseconds };

struct Row {
  const char* group;
  const char* name;
  std::variant<std::string RawOptions::*, std::uint64_t RawOptions::*, bool RawOptions::*> value;
  const char* shown;  ///< what it may be, and the default
  const char* help;
  Unit unit = Unit::kNone;
  std::uint64_t least = 0;  ///< of a number
  std::uint64_t most = 0;
};

using Raw = RawOptions;

constexpr const char* kServing = "Serving";
constexpr const char* kStore = "Store and pace";
constexpr const char* kLimits = "Limits";
constexpr const char* kRates = "Limits a second, and at once after a pause (0: none)";
constexpr const char* kEvents = "Events for analytics";
constexpr const char* kPushes = "Pushes to people without a session";

constexpr Row kRows[] = {
    {kServing, "--listen", &Raw::listen, "ADDRESS:PORT [127.0.0.1:9400]",
     "port 0 takes a free one"},
    {kServing, "--threads", &Raw::threads, "0..256 [0]", "shards, one thread each; 0: one a core",
     Unit::kNone, 0, 256},
    {kServing, "--secret-file", &Raw::secret_file, "FILE",
     "with the secret that signs tokens (or THRONG_SECRET)"},
    {kServing, "--tls-cert", &Raw::tls_certificate, "FILE",
     "PEM: the certificate and what leads to its root; the port speaks TLS then"},
    {kServing, "--tls-key", &Raw::tls_key, "FILE", "PEM: its key"},
    {kServing, "--heartbeat", &Raw::heartbeat_s, "1s..1h [30s]",
     "a session is closed after two of them without a word", Unit::kSeconds, 1, 3600},
    {kServing, "--drain", &Raw::drain_ms, "1s..10m [10s]",
     "to stop in; clients come back spread over as long", Unit::kMilliseconds, 1000, 600'000},
    {kServing, "--log-format", &Raw::log_format, "text|json [text]", "of lines on stderr"},
    {kServing, "--log-level", &Raw::log_level, "debug|info|warning|error [info]", "and above"},
    {kServing, "--page", &Raw::page, "on|off [on]", "a chat client for browsers at /"},
    {kStore, "--data", &Raw::data, "DIR|memory [./throng-data]", "where the store is"},
    {kStore, "--durability", &Raw::durability, "fsync|os|none [fsync]",
     "an acknowledged message survives power loss, the process' death, neither"},
    {kStore, "--retention", &Raw::retention, "forever|delivered|TIME [forever]",
     "how long messages are kept: until all members got them, or e.g. 30d"},
    {kStore, "--pace", &Raw::pace_us, "0..100ms [1ms]",
     "under load, sockets are looked at and the disk is synced once in it", Unit::kMicroseconds, 0,
     100'000},
    {kStore, "--receipt-delay", &Raw::receipt_delay_ms, "0..10s [20ms]",
     "for receipts, last seen and, under load, what a hundred get to gather in",
     Unit::kMilliseconds, 0, 10'000},
    {kStore, "--assets", &Raw::assets, "DIR [assets in --data]", "where images and files are"},
    {kStore, "--asset-quota", &Raw::asset_quota, "0..1P [0]",
     "bytes of all assets; 0: as much as the disk has", Unit::kBytes, 0, std::uint64_t{1} << 50},
    {kEvents, "--events", &Raw::events, "DIR|-",
     "a line of JSON for all that happens: files there, or standard output"},
    {kEvents, "--events-file-size", &Raw::events_file_bytes, "4K..1G [64M]",
     "then the next file begins", Unit::kBytes, 4 * 1024, 1 << 30},
    {kLimits, "--outbound-limit", &Raw::outbound_bytes, "64K..1G [1M]",
     "bytes that may wait for a session; above, it is closed as too slow", Unit::kBytes, 64 * 1024,
     1 << 30},
    {kLimits, "--max-connections", &Raw::max_connections, "0..10000000 [0]",
     "at once; 0: as many as descriptors allow", Unit::kNone, 0, 10'000'000},
    {kLimits, "--max-sessions-per-connection", &Raw::sessions_per_connection, "1..100000 [1024]",
     "of different users on one connection", Unit::kNone, 1, 100'000},
    {kLimits, "--request-timeout", &Raw::request_timeout_s, "1s..1h [30s]",
     "for an HTTP request to come whole, and for its answer", Unit::kSeconds, 1, 3600},
    {kRates, "--user-sends", &Raw::user_sends, "RATE[:BURST] [100:1000]", "messages of a user"},
    {kRates, "--user-events", &Raw::user_events, "RATE[:BURST] [1000:5000]",
     "all that a user's sessions say"},
    {kRates, "--address-connections", &Raw::address_connections, "RATE[:BURST] [100:1000]",
     "new connections from an address"},
    {kRates, "--address-logins", &Raw::address_logins, "RATE[:BURST] [5:50]",
     "logins with a password, and registrations, from an address"},
    {kRates, "--trusted", &Raw::trusted, "NETWORK,... [127.0.0.0/8,::1/128]",
     "no limit by address: a proxy's, a load generator's"},
    {kRates, "--accept-rate", &Raw::accept_rate, "RATE[:BURST] [2000:500]",
     "new connections of all together; others wait in the kernel's queue"},
    {kLimits, "--max-asset-bytes", &Raw::asset_bytes, "1..4G [16M]", "of one image or file",
     Unit::kBytes, 1, std::uint64_t{4} << 30},
    {kLimits, "--user-uploads", &Raw::user_uploads, "1..64 [8]", "of a user at once", Unit::kNone,
     1, 64},
    {kLimits, "--user-upload-bytes", &Raw::user_upload_bytes, "0..1T [2G]",
     "of a user's uploads in a day; 0: no bound", Unit::kBytes, 0, std::uint64_t{1} << 40},
    {kLimits, "--upload-timeout", &Raw::upload_timeout_s, "1s..1h [2m]",
     "for an asset to come whole", Unit::kSeconds, 1, 3600},
    {kPushes, "--push-webhook", &Raw::push_webhook, "URL", "gets each push as a POST of JSON"},
    {kPushes, "--push-secret-file", &Raw::push_secret_file, "FILE",
     "with the secret that signs these (or THRONG_PUSH_SECRET)"},
    {kPushes, "--push-smtp", &Raw::push_smtp, "URL",
     "smtp://HOST:PORT or smtps://HOST:PORT: gets each push as an e-mail"},
    {kPushes, "--push-from", &Raw::push_from, "ADDRESS", "that these e-mails come from"},
    {kPushes, "--push-smtp-user", &Raw::push_smtp_user, "NAME", "to log in as, over TLS only"},
    {kPushes, "--push-smtp-password-file", &Raw::push_smtp_password_file, "FILE",
     "with its password (or THRONG_PUSH_SMTP_PASSWORD)"},
    {kPushes, "--push-log", &Raw::push_log, "", "a line in the log for each push"},
    {kPushes, "--push-after", &Raw::push_after_ms, "0..1h [2s]",
     "what a device has to take a message before there is a push", Unit::kMilliseconds, 0,
     3'600'000},
    {kPushes, "--push-quiet", &Raw::push_quiet_ms, "0..1d [10m]",
     "one push at most about a chat in that time", Unit::kMilliseconds, 0, 86'400'000},
    {kPushes, "--push-retry", &Raw::push_retry_ms, "1ms..1h [1s]",
     "before the second attempt; twice as long before each further one", Unit::kMilliseconds, 1,
     3'600'000},
    {kPushes, "--push-attempts", &Raw::push_attempts, "1..30 [12]", "then it is given up",
     Unit::kNone, 1, 30},
};

std::string environment_name(std::string_view option) {
  std::string name = "THRONG_" + std::string(option.substr(2));
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return name;
}

void read_unit(CLI::Option& option, Unit unit) {
  using Units = std::map<std::string, std::uint64_t>;
  switch (unit) {
    case Unit::kNone:
      return;
    case Unit::kBytes:
      option.transform(CLI::AsSizeValue(false));
      return;
    case Unit::kSeconds:
      option.transform(CLI::AsNumberWithUnit(Units{{"s", 1}, {"m", 60}, {"h", 3600}}));
      return;
    case Unit::kMilliseconds:
      option.transform(CLI::AsNumberWithUnit(Units{{"ms", 1}, {"s", 1000}, {"m", 60'000}}));
      option.transform(CLI::AsNumberWithUnit(
          Units{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}));
      return;
    case Unit::kMicroseconds:
      option.transform(CLI::AsNumberWithUnit(Units{{"us", 1}, {"ms", 1000}}));
      return;
  }
}

CLI::Option* add(CLI::App& app, RawOptions& raw, const Row& row) {
  if (const auto* text = std::get_if<std::string RawOptions::*>(&row.value)) {
    return app.add_option(row.name, raw.**text, row.help);
  }
  if (const auto* flag = std::get_if<bool RawOptions::*>(&row.value)) {
    return app.add_flag(row.name, raw.**flag, row.help);
  }
  CLI::Option* option =
      app.add_option(row.name, raw.*std::get<std::uint64_t RawOptions::*>(row.value), row.help);
  read_unit(*option, row.unit);
  return option->check(CLI::Range(row.least, row.most));
}

}  // namespace

void add_options(CLI::App& app, RawOptions& raw) {
  app.get_formatter()->column_width(46);
  for (const Row& row : kRows) {
    add(app, raw, row)
        ->group(row.group)
        ->envname(environment_name(row.name))
        ->option_text(row.shown);
  }
  app.get_option("--durability")->check(CLI::IsMember({"fsync", "os", "none"}));
  app.get_option("--log-format")->check(CLI::IsMember({"text", "json"}));
  app.get_option("--log-level")->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  app.get_option("--page")->check(CLI::IsMember({"on", "off"}));
}

}  // namespace throng::node
