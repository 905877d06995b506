#include "server/notify/push_service.hpp"

#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>

#include "server/notify/email_text.hpp"
#include "server/notify/webhook.hpp"

namespace throng::notify {

namespace json = boost::json;
using protocol::Error;

namespace {

constexpr TimeMs kLongestWaitMs = 1'000;

TimeMs wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// What libcurl's TLS writes to may be gone: that is an error of the attempt.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

NotifierSettings settings_of(const PushOptions& options) {
  NotifierSettings settings = options.notifier;
  settings.channels[index_of(Channel::kWebhook)] = !options.webhook_url.empty();
  settings.channels[index_of(Channel::kEmail)] = !options.smtp_url.empty();
  settings.channels[index_of(Channel::kLog)] = options.log;
  return settings;
}

json::object to_json(const Record& r) {
  json::object object{{"id", std::to_string(r.push)},  {"user", r.user.value},
                      {"channel", name_of(r.channel)}, {"priority", name_of(r.priority)},
                      {"fate", name_of(r.fate)},       {"time", r.time},
                      {"attempts", r.attempts}};
  if (r.chat) {
    object["chat"] = r.chat.value;
    object["seq"] = r.through;
  }
  if (!r.reason.empty()) object["reason"] = r.reason;
  return object;
}

/// The text stays out of the log: it may be a code.
void write_to_log(const Push& push, std::uint32_t messages) {
  if (push.chat) {
    spdlog::info("push {} to user {}: {} messages in chat {}", push.id, push.user.value, messages,
                 push.chat.value);
  } else {
    spdlog::info("push {} to user {}: {}", push.id, push.user.value, name_of(push.priority));
  }
}

}  // namespace

PushService::PushService(PushOptions options, std::unique_ptr<PushStore> store,
                         const chat::MessageLog& log, const chat::Directory& directory,
                         Homes& homes)
    : options_(std::move(options)),
      store_(std::move(store)),
      homes_(homes),
      notifier_(settings_of(options_), *store_, log, directory, *this) {
  notifier_.start(wall_clock_ms());
}

PushService::~PushService() { stop(); }

void PushService::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "pushes");
    block_sigpipe();
    run();
  });
}

void PushService::stop() {
  stopping_ = true;
  sender_.wake();
  if (thread_.joinable()) thread_.join();
}

// ---- From other threads ----

void PushService::committed(std::span<const chat::Batch* const> batches) {
  std::vector<Mark> marks;
  for (const chat::Batch* batch : batches) {
    for (const chat::StoredMessage& m : batch->messages) {
      if (!marks.empty() && marks.back().chat == m.chat) {
        marks.back().seq = m.seq;
      } else {
        marks.push_back({.chat = m.chat, .seq = m.seq});
      }
    }
  }
  if (marks.empty() || marks_.size() > kMaxMarks) return;
  if (marks_.put(marks)) sender_.wake();
}

void PushService::post(Task task) {
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  if (tasks_.put(tasks)) sender_.wake();
}

void PushService::call(Done done, std::function<Reply(TimeMs now)> answer) {
  if (calls_.fetch_add(1) >= kMaxCalls) {
    --calls_;
    return done({.error = Error::kOverloaded, .text = {}});
  }
  post([this, done = std::move(done), answer = std::move(answer)](TimeMs now) {
    --calls_;
    try {
      done(answer(now));
    } catch (const boost::system::system_error&) {
      done({.error = Error::kUnavailable, .text = {}});
    }
  });
}

void PushService::get_preferences(UserId user, Done done) {
  call(std::move(done), [this, user](TimeMs) -> Reply {
    return {.error = std::nullopt, .text = write_preferences(notifier_.preferences(user))};
  });
}

void PushService::set_preferences(UserId user, Preferences preferences, Done done) {
  call(std::move(done), [this, user, wanted = std::move(preferences)](TimeMs) -> Reply {
    if (notifier_.set_preferences(user, wanted)) return {.error = Error::kUnavailable, .text = {}};
    return {.error = std::nullopt, .text = write_preferences(wanted)};
  });
}

void PushService::announce(Announcement wish, Done done) {
  call(std::move(done), [this, wish = std::move(wish)](TimeMs now) -> Reply {
    const auto pushes = notifier_.announce(wish, now);
    if (pushes.has_error()) return {.error = pushes.error(), .text = {}};
    return {.error = std::nullopt, .text = json::serialize(json::object{{"pushes", *pushes}})};
  });
}

void PushService::get_records(UserId user, std::size_t most, Done done) {
  call(std::move(done), [this, user, most](TimeMs) -> Reply {
    json::array sent;
    for (const Record& record : store_->records(user, most)) sent.push_back(to_json(record));
    return {.error = std::nullopt,
            .text = json::serialize(json::object{{"sent", std::move(sent)}})};
  });
}

// ---- The service's thread ----

void PushService::run() {
  while (!stopping_) {
    read_mail();
    notifier_.tick(wall_clock_ms());
    await_outcomes();
  }
  store_->commit(true);  // what came of the last ones
}

void PushService::read_mail() {
  const TimeMs now = wall_clock_ms();
  marks_.take(reading_marks_);
  for (const Mark& mark : reading_marks_) notifier_.on_message(mark.chat, mark.seq, now);
  tasks_.take(reading_tasks_);
  for (const Task& task : reading_tasks_) task(now);
}

void PushService::await_outcomes() {
  const TimeMs wait = std::min(notifier_.next_tick() - wall_clock_ms(), kLongestWaitMs);
  const bool is_due = wait <= 0 || !logged_.empty();
  const auto ended = sender_.wait(std::chrono::milliseconds(is_due ? 0 : wait));
  const TimeMs now = wall_clock_ms();
  for (const auto& [push, outcome, reason] : ended) {
    notifier_.on_outcome(push, outcome, reason, now);
  }
  for (const std::uint64_t push : std::exchange(logged_, {})) {
    notifier_.on_outcome(push, Outcome::kDelivered, {}, now);
  }
}

void PushService::ask_away(std::vector<UserId> users) {
  homes_.ask_away(std::move(users), [this](std::vector<UserId> asked, std::vector<UserId> away) {
    post([this, asked = std::move(asked), away = std::move(away)](TimeMs now) {
      notifier_.on_away(asked, away, now);
    });
  });
}

void PushService::send(const Push& push, const Preferences& preferences, std::uint32_t messages) {
  const TimeMs now = wall_clock_ms();
  if (push.channel == Channel::kLog) {
    write_to_log(push, messages);
    logged_.push_back(push.id);
  } else if (push.channel == Channel::kWebhook) {
    HttpPost post{.url = options_.webhook_url,
                  .headers = {},
                  .body = webhook_body(push, preferences, messages)};
    post.headers = webhook_headers(push, post.body, options_.webhook_secret, now);
    sender_.start(push.id, std::move(post));
  } else {
    sender_.start(push.id,
                  Mail{.url = options_.smtp_url,
                       .user = options_.smtp_user,
                       .password = options_.smtp_password,
                       .from = options_.from,
                       .to = preferences.email,
                       .text = email_text(push, options_.from, preferences.email, messages, now)});
  }
}

}  // namespace throng::notify
