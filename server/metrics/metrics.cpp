#include "server/metrics/metrics.hpp"

#include "server/metrics/catalog.hpp"

namespace throng::metrics {
namespace {

constexpr Listed kEvents = "throng_server_client_events_total";
constexpr Listed kServerEvents = "throng_server_events_total";
constexpr Listed kShed = "throng_server_shed_total";
constexpr Listed kClosed = "throng_server_sessions_closed_total";
constexpr Listed kRefused = "throng_server_refused_total";
constexpr double kNanosecond = 1e-9;

/// A row of a metric; `label_value` is that of the label beside the shard.
constexpr Description row(Metric metric, Listed listed, std::string_view label_value = {},
                          double unit = 1) {
  const Type type = listed->kind == catalog::Kind::kCounter ? Type::kCounter : Type::kGauge;
  const std::size_t space = listed->labels.find(' ');
  const std::string_view label_name =
      space == std::string_view::npos ? std::string_view() : listed->labels.substr(space + 1);
  return {metric, listed->name, type, listed->help, label_name, label_value, unit};
}

constexpr Description kDescriptions[] = {
    row(Metric::kSessions, "throng_server_sessions"),
    row(Metric::kSharedSessions, "throng_server_shared_sessions"),
    row(Metric::kConnections, "throng_server_connections"),
    row(Metric::kSharedConnections, "throng_server_shared_connections"),
    row(Metric::kConnectionsTotal, "throng_server_connections_total"),
    row(Metric::kSessionsTotal, "throng_server_sessions_total"),
    row(Metric::kClientEventsHello, kEvents, "hello"),
    row(Metric::kClientEventsSend, kEvents, "send"),
    row(Metric::kClientEventsDelivered, kEvents, "delivered"),
    row(Metric::kClientEventsRead, kEvents, "read"),
    row(Metric::kClientEventsFetch, kEvents, "fetch"),
    row(Metric::kClientEventsActivity, kEvents, "activity"),
    row(Metric::kClientEventsPresence, kEvents, "presence"),
    row(Metric::kClientEventsTyping, kEvents, "typing"),
    row(Metric::kClientEventsLeave, kEvents, "leave"),
    row(Metric::kClientEventsPing, kEvents, "ping"),
    row(Metric::kServerEventsSent, kServerEvents, "sent"),
    row(Metric::kServerEventsMessage, kServerEvents, "message"),
    row(Metric::kServerEventsReceipt, kServerEvents, "receipt"),
    row(Metric::kServerEventsHistory, kServerEvents, "history"),
    row(Metric::kServerEventsPresence, kServerEvents, "presence"),
    row(Metric::kServerEventsTyping, kServerEvents, "typing"),
    row(Metric::kServerEventsError, kServerEvents, "error"),
    row(Metric::kServerEventsOther, kServerEvents, "other"),
    row(Metric::kClientErrors, "throng_server_client_errors_total"),
    row(Metric::kMessages, "throng_server_messages_total"),
    row(Metric::kBodyBytes, "throng_server_body_bytes_total"),
    row(Metric::kMessageRepeats, "throng_server_message_repeats_total"),
    row(Metric::kCursorMoves, "throng_server_cursor_moves_total"),
    row(Metric::kDeliveries, "throng_server_deliveries_total"),
    row(Metric::kReceipts, "throng_server_receipts_total"),
    row(Metric::kCatchUpPages, "throng_server_catch_up_pages_total"),
    row(Metric::kCatchUpMessages, "throng_server_catch_up_messages_total"),
    row(Metric::kHistoryMessages, "throng_server_history_messages_total"),
    row(Metric::kBytesIn, "throng_server_received_bytes_total"),
    row(Metric::kBytesOut, "throng_server_sent_bytes_total"),
    row(Metric::kWrites, "throng_server_writes_total"),
    row(Metric::kHttpRequests, "throng_server_http_requests_total"),
    row(Metric::kAssetUploads, "throng_server_asset_uploads_total"),
    row(Metric::kAssetRepeats, "throng_server_asset_repeats_total"),
    row(Metric::kAssetDownloads, "throng_server_asset_downloads_total"),
    row(Metric::kAssetBytesIn, "throng_server_asset_received_bytes_total"),
    row(Metric::kAssetBytesOut, "throng_server_asset_sent_bytes_total"),
    row(Metric::kClosedSlowReader, kClosed, "slow_reader"),
    row(Metric::kClosedIdle, kClosed, "idle"),
    row(Metric::kClosedBadFrame, kClosed, "bad_frame"),
    row(Metric::kRefusedOverloaded, kRefused, "overloaded"),
    row(Metric::kRefusedRequestTimeout, kRefused, "request_timeout"),
    row(Metric::kRefusedHelloTimeout, kRefused, "hello_timeout"),
    row(Metric::kRefusedTls, kRefused, "tls_handshake"),
    row(Metric::kRefusedUserRate, kRefused, "user_rate"),
    row(Metric::kRefusedLoginRate, kRefused, "login_rate"),
    row(Metric::kRefusedWorkers, kRefused, "workers"),
    row(Metric::kRefusedTransfers, kRefused, "transfers"),
    row(Metric::kRefusedUploads, kRefused, "user_uploads"),
    row(Metric::kRefusedNoRoom, kRefused, "no_room"),
    row(Metric::kPresenceHeld, kShed, "presence_news"),
    row(Metric::kShedPresence, kShed, "presence"),
    row(Metric::kShedTyping, kShed, "typing"),
    row(Metric::kShedReceipts, kShed, "receipts"),
    row(Metric::kShedHistory, kShed, "history"),
    row(Metric::kShedMessages, kShed, "messages"),
    row(Metric::kFailedCommits, "throng_server_commit_failed_records_total"),
    row(Metric::kMailboxDepth, "throng_server_mailbox_depth"),
    row(Metric::kCommitPending, "throng_server_commit_pending"),
    row(Metric::kChatsInMemory, "throng_server_chats_in_memory"),
    row(Metric::kOutboundBytes, "throng_server_outbound_bytes"),
    row(Metric::kLoad, "throng_server_load"),
    row(Metric::kLoopLag, "throng_server_loop_lag_seconds", "", kNanosecond),
    row(Metric::kCpu, "throng_server_shard_cpu_seconds_total", "", kNanosecond),
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kDescriptions); ++i) {
    if (kDescriptions[i].metric != static_cast<Metric>(i)) return false;
  }
  return std::size(kDescriptions) == static_cast<std::size_t>(Metric::kCount);
}
static_assert(in_order(), "one row for each metric, in the order of the enumeration");

}  // namespace

Metric server_event(std::string_view json) {
  constexpr std::size_t kBeforeOp = std::string_view(R"({"op":")").size();
  if (json.size() <= kBeforeOp) return Metric::kServerEventsOther;
  json.remove_prefix(kBeforeOp);
  const std::string_view op = json.substr(0, json.find('"'));
  if (op == "message") return Metric::kServerEventsMessage;
  if (op == "receipt") return Metric::kServerEventsReceipt;
  if (op == "sent") return Metric::kServerEventsSent;
  if (op == "history") return Metric::kServerEventsHistory;
  if (op == "presence") return Metric::kServerEventsPresence;
  if (op == "typing") return Metric::kServerEventsTyping;
  if (op == "error") return Metric::kServerEventsError;
  return Metric::kServerEventsOther;
}

std::span<const Description> descriptions() { return kDescriptions; }

}  // namespace throng::metrics
