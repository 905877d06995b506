#include "server/gateway/accounts.hpp"

#include <sodium.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "server/storage/email.hpp"

namespace throng::gateway {
namespace {

using protocol::Error;

std::string hash_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {};
  }
  return hash.data();
}

bool matches(const std::string& hash, std::string_view password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

/// A directory that can't be read throws.
Accounts::Result outcome(const std::function<Accounts::Result()>& job) {
  try {
    return job();
  } catch (const boost::system::system_error&) {
    return Error::kUnavailable;
  }
}

}  // namespace

Accounts::Accounts(chat::Directory& directory, std::size_t max_waiting)
    : directory_(directory), thread_(1, max_waiting) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
  std::array<unsigned char, 16> random{};
  randombytes_buf(random.data(), random.size());
  nobodys_hash_ = hash_password({reinterpret_cast<const char*>(random.data()), random.size()});
}

Accounts::~Accounts() { stop(); }

void Accounts::stop() { thread_.stop(); }

void Accounts::run(Done done, std::function<Result()> job) {
  if (!thread_.run([done, job = std::move(job)] { done(outcome(job)); })) done(Error::kOverloaded);
}

void Accounts::register_user(std::string email, std::string password, std::string name, Done done) {
  if (!storage::looks_like_email(email) || password.size() < kMinPasswordBytes ||
      password.size() > kMaxPasswordBytes || name.size() > kMaxNameBytes) {
    return done(Error::kBadField);
  }
  run(std::move(done),
      [this, email = std::move(email), password = std::move(password),
       name = std::move(name)]() -> Result {
        chat::UserRecord user{
            .user = {}, .email = email, .name = name, .password_hash = hash_password(password)};
        if (user.password_hash.empty()) return Error::kOverloaded;
        return directory_.add_user(user);
      });
}

void Accounts::log_in(std::string email, std::string password, Done done) {
  if (password.size() > kMaxPasswordBytes) return done(Error::kBadCredentials);
  run(std::move(done),
      [this, email = std::move(email), password = std::move(password)]() -> Result {
        const auto user = directory_.user_by_email(email);
        const bool right = matches(user ? user->password_hash : nobodys_hash_, password);
        if (!user || !right) return Error::kBadCredentials;
        return user->user;
      });
}

}  // namespace throng::gateway
