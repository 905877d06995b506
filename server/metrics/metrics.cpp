#include "server/metrics/metrics.hpp"

namespace throng::metrics {
namespace {

constexpr auto kCounter = Type::kCounter;
constexpr auto kGauge = Type::kGauge;

constexpr std::string_view kEvents = "throng_server_client_events_total";
constexpr std::string_view kEventsHelp = "Events that clients sent, by op.";
constexpr std::string_view kServerEvents = "throng_server_events_total";
constexpr std::string_view kServerEventsHelp = "Events handed to sessions, by op.";
constexpr std::string_view kShed = "throng_server_shed_total";
constexpr std::string_view kShedHelp = "What was asked for and not done under load, by its kind.";
constexpr double kNanosecond = 1e-9;
constexpr std::string_view kClosed = "throng_server_sessions_closed_total";
constexpr std::string_view kClosedHelp = "Sessions that the server closed, by reason.";
constexpr std::string_view kRefused = "throng_server_refused_total";
constexpr std::string_view kRefusedHelp = "Connections and requests that were refused, by reason.";

constexpr Description kDescriptions[] = {
    {Metric::kSessions, "throng_server_sessions", kGauge, "Sessions that said hello.", "", ""},
    {Metric::kSharedSessions, "throng_server_shared_sessions", kGauge,
     "Sessions among them that share their connection with others.", "", ""},
    {Metric::kConnections, "throng_server_connections", kGauge,
     "Connections that are open before or without a session (HTTP, upgrade, hello awaited).", "",
     ""},
    {Metric::kSharedConnections, "throng_server_shared_connections", kGauge,
     "Connections that carry the sessions of many users.", "", ""},
    {Metric::kConnectionsTotal, "throng_server_connections_total", kCounter,
     "Connections accepted.", "", ""},
    {Metric::kSessionsTotal, "throng_server_sessions_total", kCounter, "Sessions begun.", "", ""},
    {Metric::kClientEventsHello, kEvents, kCounter, kEventsHelp, "op", "hello"},
    {Metric::kClientEventsSend, kEvents, kCounter, kEventsHelp, "op", "send"},
    {Metric::kClientEventsDelivered, kEvents, kCounter, kEventsHelp, "op", "delivered"},
    {Metric::kClientEventsRead, kEvents, kCounter, kEventsHelp, "op", "read"},
    {Metric::kClientEventsFetch, kEvents, kCounter, kEventsHelp, "op", "fetch"},
    {Metric::kClientEventsActivity, kEvents, kCounter, kEventsHelp, "op", "activity"},
    {Metric::kClientEventsPresence, kEvents, kCounter, kEventsHelp, "op", "presence"},
    {Metric::kClientEventsTyping, kEvents, kCounter, kEventsHelp, "op", "typing"},
    {Metric::kClientEventsLeave, kEvents, kCounter, kEventsHelp, "op", "leave"},
    {Metric::kClientEventsPing, kEvents, kCounter, kEventsHelp, "op", "ping"},
    {Metric::kServerEventsSent, kServerEvents, kCounter, kServerEventsHelp, "op", "sent"},
    {Metric::kServerEventsMessage, kServerEvents, kCounter, kServerEventsHelp, "op", "message"},
    {Metric::kServerEventsReceipt, kServerEvents, kCounter, kServerEventsHelp, "op", "receipt"},
    {Metric::kServerEventsHistory, kServerEvents, kCounter, kServerEventsHelp, "op", "history"},
    {Metric::kServerEventsPresence, kServerEvents, kCounter, kServerEventsHelp, "op", "presence"},
    {Metric::kServerEventsTyping, kServerEvents, kCounter, kServerEventsHelp, "op", "typing"},
    {Metric::kServerEventsError, kServerEvents, kCounter, kServerEventsHelp, "op", "error"},
    {Metric::kServerEventsOther, kServerEvents, kCounter, kServerEventsHelp, "op", "other"},
    {Metric::kClientErrors, "throng_server_client_errors_total", kCounter,
     "Events answered with an error.", "", ""},
    {Metric::kMessages, "throng_server_messages_total", kCounter, "Messages accepted and durable.",
     "", ""},
    {Metric::kBodyBytes, "throng_server_body_bytes_total", kCounter,
     "Bytes of the texts of these messages.", "", ""},
    {Metric::kMessageRepeats, "throng_server_message_repeats_total", kCounter,
     "Sends whose client message id had its answer already.", "", ""},
    {Metric::kCursorMoves, "throng_server_cursor_moves_total", kCounter,
     "Durable moves of delivered or read cursors.", "", ""},
    {Metric::kDeliveries, "throng_server_deliveries_total", kCounter,
     "Live messages and typing events handed to sessions.", "", ""},
    {Metric::kReceipts, "throng_server_receipts_total", kCounter,
     "Receipts handed to the sessions of senders.", "", ""},
    {Metric::kCatchUpPages, "throng_server_catch_up_pages_total", kCounter,
     "Pages read from the log for returning users.", "", ""},
    {Metric::kCatchUpMessages, "throng_server_catch_up_messages_total", kCounter,
     "Messages delivered to returning users.", "", ""},
    {Metric::kHistoryMessages, "throng_server_history_messages_total", kCounter,
     "Messages returned by fetch.", "", ""},
    {Metric::kBytesIn, "throng_server_received_bytes_total", kCounter, "Bytes read from sessions.",
     "", ""},
    {Metric::kBytesOut, "throng_server_sent_bytes_total", kCounter, "Bytes written to sessions.",
     "", ""},
    {Metric::kWrites, "throng_server_writes_total", kCounter,
     "Write calls to sessions; each carries everything that had gathered.", "", ""},
    {Metric::kHttpRequests, "throng_server_http_requests_total", kCounter,
     "HTTP requests, upgrades included.", "", ""},
    {Metric::kAssetUploads, "throng_server_asset_uploads_total", kCounter,
     "Assets that were uploaded whole.", "", ""},
    {Metric::kAssetRepeats, "throng_server_asset_repeats_total", kCounter,
     "Uploads among them whose bytes were there already, and weren't stored again.", "", ""},
    {Metric::kAssetDownloads, "throng_server_asset_downloads_total", kCounter,
     "Assets or parts of them that were asked for and given.", "", ""},
    {Metric::kAssetBytesIn, "throng_server_asset_received_bytes_total", kCounter,
     "Bytes of assets received.", "", ""},
    {Metric::kAssetBytesOut, "throng_server_asset_sent_bytes_total", kCounter,
     "Bytes of assets read to be sent.", "", ""},
    {Metric::kClosedSlowReader, kClosed, kCounter, kClosedHelp, "reason", "slow_reader"},
    {Metric::kClosedIdle, kClosed, kCounter, kClosedHelp, "reason", "idle"},
    {Metric::kClosedBadFrame, kClosed, kCounter, kClosedHelp, "reason", "bad_frame"},
    {Metric::kRefusedOverloaded, kRefused, kCounter, kRefusedHelp, "reason", "overloaded"},
    {Metric::kRefusedRequestTimeout, kRefused, kCounter, kRefusedHelp, "reason", "request_timeout"},
    {Metric::kRefusedHelloTimeout, kRefused, kCounter, kRefusedHelp, "reason", "hello_timeout"},
    {Metric::kRefusedTls, kRefused, kCounter, kRefusedHelp, "reason", "tls_handshake"},
    {Metric::kRefusedUserRate, kRefused, kCounter, kRefusedHelp, "reason", "user_rate"},
    {Metric::kRefusedLoginRate, kRefused, kCounter, kRefusedHelp, "reason", "login_rate"},
    {Metric::kRefusedWorkers, kRefused, kCounter, kRefusedHelp, "reason", "workers"},
    {Metric::kRefusedTransfers, kRefused, kCounter, kRefusedHelp, "reason", "transfers"},
    {Metric::kPresenceHeld, kShed, kCounter, kShedHelp, "work", "presence_news"},
    {Metric::kShedPresence, kShed, kCounter, kShedHelp, "work", "presence"},
    {Metric::kShedTyping, kShed, kCounter, kShedHelp, "work", "typing"},
    {Metric::kShedReceipts, kShed, kCounter, kShedHelp, "work", "receipts"},
    {Metric::kShedHistory, kShed, kCounter, kShedHelp, "work", "history"},
    {Metric::kShedMessages, kShed, kCounter, kShedHelp, "work", "messages"},
    {Metric::kFailedCommits, "throng_server_commit_failed_records_total", kCounter,
     "Changes taken back because their commit failed.", "", ""},
    {Metric::kMailboxDepth, "throng_server_mailbox_depth", kGauge,
     "Mail that awaits the shard, sampled each second.", "", ""},
    {Metric::kCommitPending, "throng_server_commit_pending", kGauge,
     "Changes that await their commit, sampled each second.", "", ""},
    {Metric::kChatsInMemory, "throng_server_chats_in_memory", kGauge, "Chats loaded.", "", ""},
    {Metric::kOutboundBytes, "throng_server_outbound_bytes", kGauge,
     "Bytes that wait for sessions to take them, sampled each second.", "", ""},
    {Metric::kLoad, "throng_server_load", kGauge,
     "Load level: 0 normal, 1 no presence and typing, 2 late receipts, 3 no history, 4 full.", "",
     ""},
    {Metric::kLoopLag, "throng_server_loop_lag_seconds", kGauge,
     "The longest turn of the shard's loop in the last second: others waited for its end.", "", "",
     kNanosecond},
    {Metric::kCpu, "throng_server_shard_cpu_seconds_total", kCounter,
     "CPU time of the shard's thread.", "", "", kNanosecond},
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
