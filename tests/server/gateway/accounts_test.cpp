#include "server/gateway/accounts.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/system/system_error.hpp>
#include <future>
#include <optional>
#include <string>

#include "server/storage/memory_directory.hpp"

namespace throng::gateway {
namespace {

using protocol::Error;
using Result = Accounts::Result;

constexpr std::size_t kWaiting = 64;

/// Calls and waits for the answer.
Result register_user(Accounts& accounts, std::string email, std::string password,
                     std::string name = {}) {
  std::promise<Result> answer;
  accounts.register_user(std::move(email), std::move(password), std::move(name),
                         [&](Result r) { answer.set_value(r); });
  return answer.get_future().get();
}

Result log_in(Accounts& accounts, std::string email, std::string password) {
  std::promise<Result> answer;
  accounts.log_in(std::move(email), std::move(password), [&](Result r) { answer.set_value(r); });
  return answer.get_future().get();
}

TEST(Accounts, WhoRegisteredLogsIn) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  const Result user = register_user(accounts, "ann@example.org", "correct horse", "Ann");
  ASSERT_TRUE(user.has_value());
  EXPECT_GE(user->value, chat::Directory::kFirstRegisteredUser);
  EXPECT_EQ(log_in(accounts, "ann@example.org", "correct horse").value(), *user);
  EXPECT_EQ(log_in(accounts, "Ann@Example.ORG", "correct horse").value(), *user);
  EXPECT_EQ(directory.user_by_email("ann@example.org")->name, "Ann");
}

TEST(Accounts, WrongPasswordAndUnknownAddressAreTheSame) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  ASSERT_TRUE(register_user(accounts, "ann@example.org", "correct horse").has_value());
  EXPECT_EQ(log_in(accounts, "ann@example.org", "wrong horse").error(), Error::kBadCredentials);
  EXPECT_EQ(log_in(accounts, "bob@example.org", "correct horse").error(), Error::kBadCredentials);
  EXPECT_EQ(log_in(accounts, "ann@example.org", std::string(200, 'x')).error(),
            Error::kBadCredentials);
}

TEST(Accounts, AnAddressIsRegisteredOnce) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  ASSERT_TRUE(register_user(accounts, "ann@example.org", "correct horse").has_value());
  EXPECT_EQ(register_user(accounts, "ANN@example.org", "another horse").error(),
            Error::kAlreadyExists);
}

TEST(Accounts, PasswordsAreKeptAsArgon2id) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  ASSERT_TRUE(register_user(accounts, "ann@example.org", "correct horse").has_value());
  const auto user = directory.user_by_email("ann@example.org");
  EXPECT_TRUE(user->password_hash.starts_with("$argon2id$"));
  EXPECT_EQ(user->password_hash.find("horse"), std::string::npos);
}

TEST(Accounts, RefusesWhatIsNoAddress) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  for (const char* email : {"", "ann", "@example.org", "ann@", "a@b@c", "ann @example.org",
                            "ann@example.org\r\nBcc: bob@example.org", "a,b@example.org"}) {
    EXPECT_EQ(register_user(accounts, email, "correct horse").error(), Error::kBadField) << email;
  }
}

TEST(Accounts, TakesTextsUpToTheirLimits) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  const std::string at_limit = std::string(Accounts::kMaxEmailBytes - 2, 'a') + "@b";
  const std::string password(Accounts::kMaxPasswordBytes, 'p');
  const std::string name(Accounts::kMaxNameBytes, 'n');
  EXPECT_TRUE(register_user(accounts, at_limit, password, name).has_value());
  EXPECT_TRUE(register_user(accounts, "a@b", std::string(8, 'p')).has_value());
  EXPECT_EQ(register_user(accounts, 'a' + at_limit, password).error(), Error::kBadField);
  EXPECT_EQ(register_user(accounts, "c@b", password + 'p').error(), Error::kBadField);
  EXPECT_EQ(register_user(accounts, "c@b", std::string(7, 'p')).error(), Error::kBadField);
  EXPECT_EQ(register_user(accounts, "c@b", password, name + 'n').error(), Error::kBadField);
}

/// A directory whose disk takes its time.
class SlowDirectory : public storage::MemoryDirectory {
 public:
  std::optional<chat::UserRecord> user_by_email(std::string_view email) const override {
    if (!is_asked.exchange(true)) asked.set_value();
    ready.wait();
    return MemoryDirectory::user_by_email(email);
  }
  mutable std::atomic<bool> is_asked = false;
  mutable std::promise<void> asked;
  std::promise<void> disk;
  std::shared_future<void> ready = disk.get_future().share();
};

TEST(Accounts, RefusesMoreThanMayWait) {
  SlowDirectory directory;
  Accounts accounts(directory, 1);
  std::promise<Result> first;
  std::promise<Result> second;
  accounts.log_in("ann@example.org", "correct horse", [&](Result r) { first.set_value(r); });
  directory.asked.get_future().wait();
  accounts.log_in("ann@example.org", "correct horse", [&](Result r) { second.set_value(r); });
  EXPECT_EQ(log_in(accounts, "bob@example.org", "correct horse").error(), Error::kOverloaded);
  directory.disk.set_value();
  EXPECT_EQ(first.get_future().get().error(), Error::kBadCredentials);
  EXPECT_EQ(second.get_future().get().error(), Error::kBadCredentials);
  EXPECT_EQ(log_in(accounts, "bob@example.org", "correct horse").error(), Error::kBadCredentials);
}

TEST(Accounts, WithNoRoomEverythingIsRefusedAtOnce) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, 0);
  EXPECT_EQ(log_in(accounts, "ann@example.org", "correct horse").error(), Error::kOverloaded);
  EXPECT_EQ(register_user(accounts, "ann@example.org", "correct horse").error(),
            Error::kOverloaded);
}

TEST(Accounts, StopFinishesWhatWaits) {
  storage::MemoryDirectory directory;
  Accounts accounts(directory, kWaiting);
  int answers = 0;
  for (int i = 0; i < 3; ++i) {
    accounts.log_in("ann@example.org", "correct horse", [&](Result) { ++answers; });
  }
  accounts.stop();
  EXPECT_EQ(answers, 3);
  accounts.stop();
}

/// A directory whose disk can't be read.
class BrokenDirectory : public storage::MemoryDirectory {
 public:
  std::optional<chat::UserRecord> user_by_email(std::string_view) const override {
    throw boost::system::system_error(Error::kInternal);
  }
};

TEST(Accounts, AFailedReadIsUnavailable) {
  BrokenDirectory directory;
  Accounts accounts(directory, kWaiting);
  EXPECT_EQ(log_in(accounts, "ann@example.org", "correct horse").error(), Error::kUnavailable);
}

}  // namespace
}  // namespace throng::gateway
