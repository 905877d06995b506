#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "server/cluster/mailbox.hpp"
#include "server/notify/curl_sender.hpp"
#include "server/notify/notifier.hpp"
#include "server/storage/committer.hpp"

namespace throng::notify {

/// What the operator configured.
struct PushOptions {
  std::string webhook_url;  ///< empty: no webhook
  std::string webhook_secret;
  std::string smtp_url;  ///< empty: no e-mail
  std::string smtp_user;
  std::string smtp_password;
  std::string from;
  bool log = false;
  NotifierSettings notifier;

  /// Whether there is a channel at all.
  bool any() const { return !webhook_url.empty() || !smtp_url.empty() || log; }
};

/// The shards, who know which of their users have a session.
class Homes {
 public:
  using Answer = std::function<void(std::vector<UserId> asked, std::vector<UserId> away)>;
  /// Calls `answer` on any thread, for all users together or in parts, or never.
  virtual void ask_away(std::vector<UserId> users, Answer answer) = 0;

 protected:
  ~Homes() = default;
};

/// Pushes to people who have no session: the notifier on a thread of its own, with its clock, and
/// with the channels that the operator configured.
class PushService final : public storage::CommitListener, private Outside {
 public:
  /// Tasks that may wait; further calls are refused with kOverloaded.
  static constexpr std::size_t kMaxCalls = 1'000;
  /// Marks that may wait in memory; those beyond it are looked at after the next start.
  static constexpr std::size_t kMaxMarks = 1'000'000;

  /// Either an error with a sentence, which may be empty, or JSON.
  struct Reply {
    std::optional<protocol::Error> error;
    std::string text;
  };
  /// Called on the service's thread, or never when that has ended.
  using Done = std::function<void(Reply)>;

  /// Requires: `log`, `directory` and `homes` outlive it.
  /// Errors: throws boost::system::system_error when the store can't be read.
  PushService(PushOptions options, std::unique_ptr<PushStore> store, const chat::MessageLog& log,
              const chat::Directory& directory, Homes& homes);
  ~PushService();

  void start();
  /// Ends the thread; what isn't sent is sent after the next start. Twice is harmless.
  void stop();

  // Any thread
  void committed(std::span<const chat::Batch* const> batches) override;
  void get_preferences(UserId user, Done done);
  void set_preferences(UserId user, Preferences preferences, Done done);
  void announce(Announcement wish, Done done);
  /// Of one user, or of all when there is none.
  void get_records(UserId user, std::size_t most, Done done);
  const NotifierCounts& counts() const { return notifier_.counts(); }

 private:
  using Task = std::function<void(TimeMs now)>;

  // Outside
  void ask_away(std::vector<UserId> users) override;
  void send(const Push& push, const Preferences& preferences, std::uint32_t messages) override;

  void call(Done done, std::function<Reply(TimeMs now)> answer);
  void post(Task task);
  void run();
  void read_mail();
  void await_outcomes();

  // Constant after construction
  const PushOptions options_;
  const std::unique_ptr<PushStore> store_;
  Homes& homes_;

  // Any thread
  cluster::Mailbox<Mark> marks_;
  cluster::Mailbox<Task> tasks_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<bool> stopping_ = false;

  // Owned by the service's thread
  Notifier notifier_;
  CurlSender sender_;
  std::vector<std::uint64_t> logged_;  ///< pushes whose line is in the log
  std::vector<Mark> reading_marks_;
  std::vector<Task> reading_tasks_;
  std::thread thread_;
};

}  // namespace throng::notify
