#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>

#include "server/gateway/limits.hpp"
#include "server/journal/journal.hpp"
#include "server/notify/notifier.hpp"

namespace throng::node {

/// The options as typed, in the unit that their name tells, before they are checked together.
struct RawOptions {
  std::string listen = "127.0.0.1:9400";
  std::string data = "./throng-data";
  std::string durability = "fsync";
  std::string retention = "forever";
  std::uint64_t threads = 0;
  std::string secret_file;
  std::string tls_certificate;
  std::string tls_key;
  std::string page = "on";
  std::uint64_t heartbeat_s = 30;
  std::uint64_t pace_us = 1000;
  std::uint64_t receipt_delay_ms = gateway::Limits{}.receipt_delay.count();
  std::uint64_t outbound_bytes = gateway::Limits{}.outbound_bytes;
  std::uint64_t sessions_per_connection = gateway::Limits{}.sessions_per_connection;
  std::uint64_t max_connections = 0;
  std::uint64_t request_timeout_s = gateway::Limits{}.http_timeout.count();
  std::uint64_t drain_ms = gateway::Limits{}.drain.count();
  std::string user_sends = "100:1000";
  std::string user_events = "1000:5000";
  std::string address_connections = "100:1000";
  std::string address_logins = "5:50";
  std::string accept_rate = "2000:500";
  std::string trusted = "127.0.0.0/8,::1/128";
  std::string log_format = "text";
  std::string log_level = "info";
  std::string assets;
  std::uint64_t asset_quota = 0;
  std::uint64_t asset_bytes = gateway::Limits{}.asset_bytes;
  std::uint64_t user_uploads = gateway::Limits{}.user_uploads;
  std::uint64_t user_upload_bytes = gateway::Limits{}.user_upload_bytes;
  std::uint64_t upload_timeout_s = gateway::Limits{}.upload_timeout.count();
  std::string events;
  std::uint64_t events_file_bytes = journal::JournalOptions{}.file_bytes;
  std::string push_webhook;
  std::string push_secret_file;
  std::string push_smtp;
  std::string push_from;
  std::string push_smtp_user;
  std::string push_smtp_password_file;
  bool push_log = false;
  std::uint64_t push_after_ms = notify::NotifierSettings{}.grace;
  std::uint64_t push_quiet_ms = notify::NotifierSettings{}.quiet;
  std::uint64_t push_retry_ms = notify::Backoff{}.first;
  std::uint64_t push_attempts = notify::NotifierSettings{}.attempts;
};

/// Every option of the server: a row each of its name, what it may be, and what it is for. The
/// variable of the environment has the same name: --receipt-delay is THRONG_RECEIPT_DELAY.
void add_options(CLI::App& app, RawOptions& raw);

}  // namespace throng::node
