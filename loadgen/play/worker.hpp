#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/measure/stamp.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/pacing/timing_wheel.hpp"
#include "loadgen/play/loop_pauses.hpp"
#include "loadgen/scenario/actions.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/transport/http_calls.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/users/online_board.hpp"
#include "loadgen/users/social_graph.hpp"
#include "loadgen/users/user.hpp"
#include "loadgen/users/user_world.hpp"

namespace throng::play {

using scenario::ChatIndex;
using scenario::LocalUser;
using users::UserNumber;

/// What all workers of a run share. Constant once they are made; any thread. What it refers to
/// outlives them.
struct RunContext {
  const scenario::Source& source;
  const users::SocialGraph& graph;  ///< bound
  users::OnlineBoard& board;
  users::UserSettings settings;
  measure::StampKey stamp_key;
  /// The token of a user's hello. Called by all workers.
  std::function<std::string(protocol::UserId)> mint_token;
  /// One that may change any chat, for that user.
  std::function<std::string(protocol::UserId)> mint_admin_token = {};
  pacing::Duration ramp{};
  pacing::Duration warm_up{};  ///< from the end of the ramp to the measured time
  pacing::Duration duration{};
  bool live_tallies = false;  ///< hand over a copy of the recorder each second
};

/// The users of one worker: first_user, first_user + 1, …, `users` of them. `worker` of `workers`
/// sets their starts between those of the other workers.
struct Slice {
  unsigned worker = 0;
  unsigned workers = 1;
  UserNumber first_user = 1;
  std::uint32_t users = 0;
};

/// The slices of `workers` workers, equal but for one user.
std::vector<Slice> slice_users(std::uint64_t users, unsigned workers);

/// The gauges in the series: people with a connection; those without who mean to have one; those
/// who mean to be offline. Who hasn't begun yet is none of them.
inline constexpr std::string_view kConnectedGauge = "users_connected";
inline constexpr std::string_view kConnectingGauge = "users_connecting";
inline constexpr std::string_view kAwayGauge = "users_away";

/// One worker's figures of a second that is over.
struct WorkerSecond {
  measure::SecondSnapshot figures;
  measure::Histogram late_release;  ///< of what was due in the measured time
  LoopPauses pauses;
  /// All that was recorded so far, only with RunContext::live_tallies.
  std::optional<measure::Tallies> recorded;
};

/// Plays a slice of a run's users: brings together their scripts, their devices, the transport and
/// the time. It knows neither sockets nor which clock it runs on: whoever drives it calls
/// advance() when next_due() has come, and lets the transport call in between.
///
/// Thread-confined, but for connected(), unsettled() and the ledger's outstanding().
///
/// Life: made → start() → advance()… → stop_scripts() → bring_back()… → finish(); advance() goes on
/// until finish().
/// Errors: scenario::ScriptError from start(), advance() and the transport's calls; the run is over
/// then.
class Worker final : private scenario::Actions,
                     private transport::TransportListener,
                     private users::UserListener {
 public:
  using MakeTransport =
      std::function<std::unique_ptr<transport::Transport>(transport::TransportListener&)>;
  using MakeHttpCaller = std::function<std::unique_ptr<transport::HttpCaller>()>;
  using OnSecond = std::function<void(WorkerSecond)>;

  /// Loads the script. `on_second` is called on the worker's thread.
  /// Requires: `context` and `clock` outlive it. Errors: ScriptError.
  Worker(
      const RunContext& context, const Slice& slice, const pacing::Clock& clock,
      const MakeTransport& make_transport, OnSecond on_second,
      const MakeHttpCaller& make_http_caller = [] { return nullptr; });
  ~Worker();

  /// Sets second 0 of the run; users start evenly over the ramp that begins there.
  void start(pacing::TimePoint run_start);
  /// Does all that is due.
  void advance();
  /// When advance() is to be called next: at the latest when a second is over.
  pacing::TimePoint next_due() const;

  /// Notes a turn of the loop that drives the worker: from `began` to `ended`, after a wait.
  void note_turn(pacing::Duration waited, pacing::TimePoint began, pacing::TimePoint ended);

  /// Ends all coroutines. Users stay as they are: connected or not, with what they have to send.
  void stop_scripts();
  /// Makes up to `count` users who aren't there log in, so that they get what they missed. True
  /// once all of them have been told to.
  bool bring_back(std::size_t count);
  /// Has users who are out of a chat that the plan has them in added to it, a few at a time: then
  /// what they are due is known to the end. To be called until all has settled.
  void bring_together();
  /// Brings unsettled() up to date. Linear in users.
  void count_unsettled();
  /// Records what is unfinished, hands over the last second, closes the connections.
  void finish();

  // ---- Any thread ----

  std::uint64_t connected() const { return connected_.load(std::memory_order_relaxed); }
  /// Users who aren't there or caught up, or wait for an answer to a send, as of the last
  /// count_unsettled().
  std::uint64_t unsettled() const { return unsettled_.load(std::memory_order_relaxed); }

  const measure::LedgerShard& ledger() const { return ledger_; }

  // ---- After finish() ----

  const measure::Recorder& recorder() const { return *recorder_; }
  /// Due in the measured time and not begun when the scripts were stopped: in the late releases
  /// with the time it had waited.
  std::uint64_t unreleased() const { return unreleased_; }
  /// Users whose script ever wanted to be online before the scripts were stopped, and those of
  /// them who ever were connected.
  std::uint64_t wanted_online() const { return wanted_online_; }
  std::uint64_t came_online() const { return came_online_; }
  /// The mean number of sends without an answer in the measured time, times that time in seconds.
  /// A send counts from the time that its latency is counted from: its due time, or that of the
  /// next login if it was queued while offline on purpose.
  double in_flight_seconds() const { return in_flight_seconds_; }

 private:
  /// A coroutine that waits for a time, or for its start.
  struct ScriptTimer : pacing::TimerNode {
    bool started = false;
  };
  /// What the worker counts of one user.
  struct Tracked {
    bool open = false;         ///< the connection
    bool connecting = false;   ///< means to be online, and isn't
    bool wanted_once = false;  ///< to be online
    bool opened_once = false;
    std::uint16_t in_flight = 0;  ///< of the worker's in_flight_
  };
  struct Ready {
    LocalUser user = 0;
    scenario::Outcome outcome;
  };

  // scenario::Actions
  pacing::TimePoint now() const override { return clock_.now(); }
  pacing::TimePoint run_start() const override { return run_start_; }
  pacing::TimePoint run_end() const override { return measured_.until; }
  pacing::Random& random(LocalUser user) override { return randoms_[user]; }
  std::uint64_t user_number(LocalUser user) const override { return users_[user].number(); }
  std::uint64_t users_total() const override { return context_.graph.users(); }
  std::span<const scenario::ChatInfo> chats(LocalUser user) const override;
  std::span<const std::uint32_t> planned_members(ChatIndex chat) const override {
    return context_.graph.members_of(chat);
  }
  bool joined(LocalUser user, ChatIndex chat) const override {
    return users_[user].joined(context_.graph, chat);
  }
  bool online(LocalUser user) const override { return users_[user].online(); }
  std::uint64_t unread(LocalUser user, ChatIndex chat) const override;
  void wait_until(LocalUser user, pacing::TimePoint due) override;
  void login(LocalUser user, pacing::TimePoint due) override;
  void logout(LocalUser user) override;
  void drop(LocalUser user) override;
  void freeze(LocalUser user, bool frozen) override;
  std::string_view send(LocalUser user, ChatIndex chat, const scenario::Draft& draft,
                        pacing::TimePoint due) override;
  void await_sends(LocalUser user) override;
  void read(LocalUser user, ChatIndex chat) override;
  void typing(LocalUser user, ChatIndex chat) override;
  void activity(LocalUser user, protocol::ActivityKind kind,
                std::optional<ChatIndex> chat) override;
  void fetch(LocalUser user, ChatIndex chat, std::string_view pagination_token, std::uint32_t limit,
             pacing::TimePoint due) override;
  void presence(LocalUser user, std::span<const std::uint64_t> user_numbers,
                pacing::TimePoint due) override;
  void upload(LocalUser user, std::size_t bytes, std::string_view type,
              pacing::TimePoint due) override;
  void download(LocalUser user, std::string_view asset, pacing::TimePoint due) override;
  void change_chat(LocalUser user, ChatIndex chat, const scenario::ChatChange& change,
                   pacing::TimePoint due) override;
  void record(std::string_view operation, pacing::Duration elapsed) override;

  // transport::TransportListener
  void on_open(transport::LinkId link) override;
  void on_text(transport::LinkId link, std::string_view text) override;
  void on_closed(transport::LinkId link, transport::CloseReason reason,
                 std::uint16_t close_code) override;

  // users::UserListener
  void login_done(LocalUser user, const scenario::LoginDone& outcome) override;
  void sends_done(LocalUser user, const scenario::SendsDone& outcome) override;
  void fetch_done(LocalUser user, const scenario::FetchDone& outcome) override;
  void presence_done(LocalUser user, const scenario::PresenceDone& outcome) override;
  void message(LocalUser user, const scenario::Message& message) override;

  // Calls over HTTP (worker_calls.cpp): assets, chats
  struct Transfer {
    measure::Operation operation;
    pacing::TimePoint due;
    pacing::TimePoint began;
  };
  using MakeOutcome = std::function<scenario::Outcome(std::string_view error, std::size_t bytes)>;
  void transfer(LocalUser user, measure::Operation operation, pacing::TimePoint due,
                transport::HttpCall call, MakeOutcome make_outcome);
  void finish_transfer(LocalUser user, const transport::HttpResult& result,
                       const MakeOutcome& make_outcome);
  void give_up_transfers(pacing::TimePoint now);
  std::string bearer(LocalUser user) const;
  transport::HttpCall chat_call(ChatIndex chat, const scenario::ChatChange& change,
                                std::string bearer) const;

  void release(ScriptTimer& timer);
  /// Counts scheduled work that was never begun.
  void miss(pacing::TimePoint due, pacing::TimePoint now);
  void make_ready(LocalUser user, scenario::Outcome outcome);
  void resume_ready();
  void collect_garbage();
  void track_in_flight(LocalUser user, pacing::TimePoint now);
  /// To be called when the user may mean otherwise than before, or the connection has changed.
  void track_presence(LocalUser user);
  void integrate_in_flight(pacing::TimePoint now);
  void count_since(pacing::TimePoint from, pacing::TimePoint now, std::uint64_t sends);
  void add_presence(measure::SecondSnapshot& second) const;
  void hand_over(measure::SecondSnapshot second);

  // Constant after construction
  const RunContext& context_;
  const Slice slice_;
  const pacing::Clock& clock_;
  const OnSecond on_second_;
  users::UserSettings settings_;

  // Constant after start()
  pacing::TimePoint run_start_{};
  measure::MeasuredTime measured_;

  // Owned by the worker's thread
  measure::LedgerShard ledger_;
  scenario::Script script_;
  std::deque<users::User> users_;
  std::vector<pacing::Random> randoms_;
  std::unique_ptr<ScriptTimer[]> timers_;
  // Behind what is armed in them, which they disarm when they go.
  pacing::TimingWheel script_wheel_;
  pacing::TimingWheel user_wheel_;
  std::unique_ptr<transport::Transport> transport_;
  std::unique_ptr<transport::HttpCaller> http_;  ///< null: there is none
  std::map<LocalUser, Transfer> transfers_;      ///< each user has one at a time
  std::set<LocalUser> returning_;                ///< asked to be let in by bring_together()
  measure::SecondRecorder seconds_;
  measure::SecondRecorder::GaugeId connected_gauge_;
  std::optional<measure::Recorder> recorder_;
  std::optional<users::UserWorld> world_;
  measure::Histogram late_release_;  ///< of the current second
  LoopPauses pauses_;                ///< the same
  std::vector<Ready> ready_;
  std::vector<Ready> resuming_;
  std::uint64_t in_flight_ = 0;  ///< sends without an answer, of users who mean to be online
  pacing::TimePoint in_flight_since_{};
  double in_flight_seconds_ = 0;
  std::uint64_t unreleased_ = 0;
  std::vector<Tracked> tracked_;
  std::uint64_t begun_ = 0;       ///< users whose script was started
  std::uint64_t connecting_ = 0;  ///< tracked as that
  std::uint64_t wanted_online_ = 0;
  std::uint64_t came_online_ = 0;
  pacing::TimePoint next_second_{};
  std::uint32_t brought_back_ = 0;
  bool finished_ = false;

  // Any thread
  std::atomic<std::uint64_t> connected_{0};
  std::atomic<std::uint64_t> unsettled_{0};
};

}  // namespace throng::play
