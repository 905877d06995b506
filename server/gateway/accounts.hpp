#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "protocol/ids.hpp"
#include "server/chat/directory.hpp"
#include "server/workers/workers.hpp"

namespace throng::gateway {

/// Registers people and checks their passwords (Argon2id, libsodium's interactive limits: tens of
/// milliseconds and 64 MB each, which is why it has a thread of its own and a bounded queue).
/// Any thread may call.
class Accounts {
 public:
  using Result = boost::system::result<protocol::UserId, protocol::Error>;
  /// Called on the password thread.
  using Done = std::function<void(Result)>;

  static constexpr std::size_t kMinPasswordBytes = 8;
  static constexpr std::size_t kMaxPasswordBytes = 128;
  static constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 section 4.5.3.1.3
  static constexpr std::size_t kMaxNameBytes = protocol::kMaxNameBytes;

  /// `max_waiting`: jobs that wait beyond it are refused with kOverloaded.
  Accounts(chat::Directory& directory, std::size_t max_waiting);
  ~Accounts();

  /// Errors: kBadField, kAlreadyExists, kOverloaded, kUnavailable.
  void register_user(std::string email, std::string password, std::string name, Done done);
  /// Errors: kBadCredentials (the same for an unknown address and a wrong password, and after the
  /// same work), kOverloaded, kUnavailable.
  void log_in(std::string email, std::string password, Done done);
  /// Finishes what is waiting; twice is harmless.
  void stop();

 private:
  void run(Done done, std::function<Result()> job);

  chat::Directory& directory_;
  /// The hash of a password that nobody has, to be checked for addresses that nobody has.
  std::string nobodys_hash_;
  workers::Workers thread_;
};

}  // namespace throng::gateway
