#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/notify/notifier.hpp"

namespace throng::notify {

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;
  std::string body;
};

struct Mail {
  std::string url;       ///< smtp://HOST:PORT or smtps://HOST:PORT
  std::string user;      ///< empty: without a login
  std::string password;  ///< only ever sent over TLS
  std::string from;
  std::string to;
  std::string text;
};

/// Attempts over the network, many at once, by libcurl's multi interface. Redirects aren't
/// followed. What isn't answered within 15 s has failed. Used by one thread, but for wake().
class CurlSender {
 public:
  /// How an attempt for a push ended.
  struct Ended {
    std::uint64_t push = 0;
    Outcome outcome = Outcome::kFailed;
    std::string reason;
  };

  CurlSender();
  ~CurlSender();

  void start(std::uint64_t push, HttpPost post);
  void start(std::uint64_t push, Mail mail);
  /// Goes on with all attempts, waits until something happens, wake() is called or the time is up,
  /// and returns those that ended.
  std::vector<Ended> wait(std::chrono::milliseconds most);
  /// Any thread.
  void wake();

 private:
  struct Attempt;
  struct Handles;

  Attempt& begin(std::uint64_t push);
  void launch(Attempt& attempt);
  std::vector<Ended> go_on();

  const std::unique_ptr<Handles> handles_;
};

/// What an HTTP status or an SMTP reply says of the attempt that it answers.
Outcome outcome_of_http(long status);
Outcome outcome_of_smtp(long reply);

}  // namespace throng::notify
