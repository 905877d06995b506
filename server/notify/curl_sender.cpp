#include "server/notify/curl_sender.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

namespace throng::notify {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kAttemptSeconds = 15;

std::size_t ignore_answer(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

/// Read by libcurl as it sends.
struct Upload {
  std::string text;
  std::size_t sent = 0;

  static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    const std::size_t length = std::min(size * count, upload.text.size() - upload.sent);
    upload.text.copy(buffer, length, upload.sent);
    upload.sent += length;
    return length;
  }
};

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

List list_of(const std::vector<std::string>& texts) {
  curl_slist* list = nullptr;
  for (const std::string& text : texts) list = curl_slist_append(list, text.c_str());
  return List(list);
}

}  // namespace

Outcome outcome_of_http(long status) {
  constexpr long kRequestTimeout = 408;
  constexpr long kTooEarly = 425;
  constexpr long kTooMany = 429;
  if (status >= 200 && status < 300) return Outcome::kDelivered;
  const bool later = status == kRequestTimeout || status == kTooEarly || status == kTooMany;
  return status >= 300 && status < 500 && !later ? Outcome::kRefused : Outcome::kFailed;
}

Outcome outcome_of_smtp(long reply) { return reply >= 500 ? Outcome::kRefused : Outcome::kFailed; }

struct CurlSender::Attempt {
  std::uint64_t push = 0;
  bool is_mail = false;
  std::unique_ptr<CURL, EasyDeleter> easy{curl_easy_init()};
  List list;  ///< headers, or receivers
  Upload upload;

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy.get(), option, value);
  }

  Ended ended(CURLcode code) const {
    long reply = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
    if (code != CURLE_OK) {
      const bool refused = is_mail && outcome_of_smtp(reply) == Outcome::kRefused;
      return {push, refused ? Outcome::kRefused : Outcome::kFailed,
              fmt::format("{} ({})", curl_easy_strerror(code), reply)};
    }
    if (is_mail) return {push, Outcome::kDelivered, {}};
    return {push, outcome_of_http(reply), fmt::format("HTTP status {}", reply)};
  }
};

struct CurlSender::Handles {
  CURLM* multi = curl_multi_init();
  std::unordered_map<CURL*, std::unique_ptr<Attempt>> attempts;
};

CurlSender::CurlSender() : handles_(std::make_unique<Handles>()) {
  if (!handles_->multi) throw std::runtime_error("libcurl can't be initialised");
}

CurlSender::~CurlSender() {
  for (auto& [easy, attempt] : handles_->attempts) curl_multi_remove_handle(handles_->multi, easy);
  handles_->attempts.clear();
  curl_multi_cleanup(handles_->multi);
}

CurlSender::Attempt& CurlSender::begin(std::uint64_t push) {
  auto attempt = std::make_unique<Attempt>();
  if (!attempt->easy) throw std::bad_alloc();
  attempt->push = push;
  attempt->set(CURLOPT_NOSIGNAL, 1L);
  attempt->set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  attempt->set(CURLOPT_TIMEOUT, kAttemptSeconds);
  attempt->set(CURLOPT_WRITEFUNCTION, ignore_answer);
  CURL* const easy = attempt->easy.get();
  return *handles_->attempts.emplace(easy, std::move(attempt)).first->second;
}

void CurlSender::launch(Attempt& attempt) {
  curl_multi_add_handle(handles_->multi, attempt.easy.get());
}

void CurlSender::start(std::uint64_t push, HttpPost post) {
  Attempt& attempt = begin(push);
  attempt.list = list_of(post.headers);
  attempt.upload.text = std::move(post.body);
  attempt.set(CURLOPT_URL, post.url.c_str());
  attempt.set(CURLOPT_PROTOCOLS_STR, "http,https");
  attempt.set(CURLOPT_POST, 1L);
  attempt.set(CURLOPT_POSTFIELDS, attempt.upload.text.c_str());
  attempt.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(attempt.upload.text.size()));
  attempt.set(CURLOPT_HTTPHEADER, attempt.list.get());
  launch(attempt);
}

void CurlSender::start(std::uint64_t push, Mail mail) {
  Attempt& attempt = begin(push);
  attempt.is_mail = true;
  attempt.list = list_of({mail.to});
  attempt.upload.text = std::move(mail.text);
  attempt.set(CURLOPT_URL, mail.url.c_str());
  attempt.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  attempt.set(CURLOPT_USE_SSL,
              static_cast<long>(mail.user.empty() ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (!mail.user.empty()) {
    attempt.set(CURLOPT_USERNAME, mail.user.c_str());
    attempt.set(CURLOPT_PASSWORD, mail.password.c_str());
  }
  attempt.set(CURLOPT_MAIL_FROM, mail.from.c_str());
  attempt.set(CURLOPT_MAIL_RCPT, attempt.list.get());
  attempt.set(CURLOPT_UPLOAD, 1L);
  attempt.set(CURLOPT_READFUNCTION, &Upload::read);
  attempt.set(CURLOPT_READDATA, &attempt.upload);
  launch(attempt);
}

std::vector<CurlSender::Ended> CurlSender::wait(std::chrono::milliseconds most) {
  std::vector<Ended> all = go_on();
  if (!all.empty()) return all;
  curl_multi_poll(handles_->multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
  return go_on();
}

std::vector<CurlSender::Ended> CurlSender::go_on() {
  int running = 0;
  curl_multi_perform(handles_->multi, &running);
  std::vector<Ended> all;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handles_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    all.push_back(handles_->attempts.at(easy)->ended(code));
    curl_multi_remove_handle(handles_->multi, easy);
    handles_->attempts.erase(easy);
  }
  return all;
}

void CurlSender::wake() { curl_multi_wakeup(handles_->multi); }

}  // namespace throng::notify
