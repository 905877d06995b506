#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/stamp.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/timing_wheel.hpp"
#include "loadgen/scenario/actions.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/users/online_board.hpp"
#include "loadgen/users/social_graph.hpp"
#include "protocol/codec.hpp"

namespace throng::users {

using scenario::LocalUser;

/// How all devices of a run behave.
struct UserSettings {
  std::uint64_t seed = 1;
  scenario::ReadingPlan reading;
  /// The script defines on_message: hand every fresh message to the listener.
  bool wants_messages = false;
  /// The script takes people out of chats: what the server says of that is held to be true.
  bool members_move = false;

  pacing::Duration login_timeout = std::chrono::seconds(15);  ///< without a word, up to caught_up
  pacing::Duration login_patience =
      std::chrono::seconds(60);  ///< until a script is told of failure
  pacing::Duration send_timeout = std::chrono::seconds(10);
  pacing::Duration ask_timeout = std::chrono::seconds(10);  ///< fetch and presence
  pacing::Duration backoff_first = std::chrono::milliseconds(500);
  pacing::Duration backoff_cap = std::chrono::seconds(10);
  /// A delivery later than this to someone who meant to be online the whole time is `late`.
  pacing::Duration late_after = std::chrono::seconds(30);
};

/// Hears what a script or the worker waits for. Called by the worker's thread, often from inside a
/// call into the user: what it does must not call back into the same user at once, except
/// message().
class UserListener {
 public:
  virtual void login_done(LocalUser user, const scenario::LoginDone& outcome) = 0;
  virtual void sends_done(LocalUser user, const scenario::SendsDone& outcome) = 0;
  virtual void fetch_done(LocalUser user, const scenario::FetchDone& outcome) = 0;
  virtual void presence_done(LocalUser user, const scenario::PresenceDone& outcome) = 0;
  /// A message that the device didn't have yet, whose bytes are sound. `body` is what stands behind
  /// the stamp. Only with UserSettings::wants_messages. May call send, read, typing, activity and
  /// logout of the same user.
  virtual void message(LocalUser user, const scenario::Message& message) = 0;

 protected:
  ~UserListener() = default;
};

/// What all users of one worker share. Owned by the worker and used by its thread only.
struct UserWorld {
  // Constant for the run
  const SocialGraph& graph;  ///< bound
  const UserSettings& settings;
  measure::StampKey stamp_key;
  /// A token for hello, e.g. of protocol::TokenKey::mint.
  std::function<std::string(protocol::UserId)> mint_token;

  // Any thread
  OnlineBoard& board;

  // Owned by the worker's thread
  transport::Transport& transport;
  measure::Recorder& recorder;
  measure::LedgerShard& ledger;
  /// A wheel in which nothing but users is armed: what it fires is a User, for on_timer().
  pacing::TimingWheel& wheel;
  UserListener& listener;

  // Scratch memory, kept from call to call
  protocol::Decoder decoder{};
  std::string json{};
  std::vector<std::uint32_t> touched{};  ///< the user's chats that got messages in this turn

  bool somebody_is_out = false;  ///< or was, of a chat that the plan has them in
};

}  // namespace throng::users
