#include "server/node/options.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace throng::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Variables of the environment for the length of a test; the others that count are cleared.
class Options : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"THRONG_LISTEN", "THRONG_DATA", "THRONG_DURABILITY", "THRONG_THREADS", "THRONG_SECRET",
          "THRONG_SECRET_FILE", "THRONG_HEARTBEAT", "THRONG_OUTBOUND_LIMIT",
          "THRONG_MAX_CONNECTIONS", "THRONG_CONFIG", "THRONG_PACE", "THRONG_RECEIPT_DELAY",
          "THRONG_PUSH_WEBHOOK", "THRONG_PUSH_SECRET", "THRONG_PUSH_SMTP_PASSWORD"}) {
      unsetenv(name);
    }
  }
  void TearDown() override { SetUp(); }

  /// Parses, and keeps what was said on stderr.
  ParseResult parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "throng-server");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    ParseResult result = parse_options(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return result;
  }
  NodeOptions good(std::vector<std::string> arguments) {
    auto result = parse(std::move(arguments));
    if (!result.options) {
      ADD_FAILURE() << err_;
      return {};
    }
    return result.options->node;
  }
  void expect_mistake(std::vector<std::string> arguments, const std::string& explanation) {
    const auto result = parse(std::move(arguments));
    EXPECT_FALSE(result.options);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(err_, HasSubstr(explanation));
  }
  static std::string file(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(testing::TempDir()) / name;
    std::ofstream(path) << text;
    return path.string();
  }

  std::string out_;
  std::string err_;
};

constexpr const char* kSecret = "0123456789abcdef";

TEST_F(Options, DefaultsAreSafe) {
  const auto result = parse({});
  ASSERT_TRUE(result.options);
  const NodeOptions& node = result.options->node;
  EXPECT_EQ(node.listen.address().to_string(), "127.0.0.1");
  EXPECT_EQ(node.listen.port(), 9400);
  EXPECT_EQ(node.data, "./throng-data");
  EXPECT_EQ(node.durability, storage::Durability::kFsync);
  EXPECT_GE(node.shards, 1u);
  EXPECT_EQ(node.limits.heartbeat, std::chrono::seconds(30));
  EXPECT_EQ(node.pace, std::chrono::milliseconds(1));
  EXPECT_EQ(node.limits.receipt_delay, std::chrono::milliseconds(20));
  EXPECT_GT(node.limits.connections, 0u);
  EXPECT_THAT(result.options->warnings, ElementsAre(HasSubstr("no secret given")));
  EXPECT_GE(node.secret.size(), protocol::TokenKey::kMinSecretBytes);
}

TEST_F(Options, SecretsThatAreMadeDiffer) { EXPECT_NE(good({}).secret, good({}).secret); }

TEST_F(Options, CommandLineSaysIt) {
  const NodeOptions node =
      good({"--listen", "[::1]:0", "--data", "memory", "--durability", "os", "--threads", "3",
            "--heartbeat", "5", "--outbound-limit", "70000", "--max-connections", "10"});
  EXPECT_TRUE(node.listen.address().is_v6());
  EXPECT_EQ(node.listen.port(), 0);
  EXPECT_FALSE(node.data);
  EXPECT_EQ(node.durability, storage::Durability::kOs);
  EXPECT_EQ(node.shards, 3u);
  EXPECT_EQ(node.limits.heartbeat, std::chrono::seconds(5));
  EXPECT_EQ(node.limits.outbound_bytes, 70'000u);
  EXPECT_EQ(node.limits.connections, 10u);
}

TEST_F(Options, EnvironmentSaysItToo) {
  setenv("THRONG_LISTEN", "0.0.0.0:80", 1);
  setenv("THRONG_DURABILITY", "none", 1);
  setenv("THRONG_SECRET", kSecret, 1);
  const auto result = parse({});
  ASSERT_TRUE(result.options);
  EXPECT_EQ(result.options->node.listen.port(), 80);
  EXPECT_EQ(result.options->node.durability, storage::Durability::kNone);
  EXPECT_EQ(result.options->node.secret, kSecret);
  EXPECT_THAT(result.options->warnings, IsEmpty());
}

TEST_F(Options, CommandLineWinsOverEnvironment) {
  setenv("THRONG_THREADS", "2", 1);
  EXPECT_EQ(good({"--threads", "4"}).shards, 4u);
  EXPECT_EQ(good({}).shards, 2u);
}

TEST_F(Options, FileSaysItToo) {
  const std::string path = file("throng.conf", "threads = 6\nlisten = \"127.0.0.1:1234\"\n");
  const NodeOptions node = good({"--config", path});
  EXPECT_EQ(node.shards, 6u);
  EXPECT_EQ(node.listen.port(), 1234);
}

TEST_F(Options, FileIsNamedInTheEnvironmentToo) {
  const std::string path = file("named.conf", "threads = 6\n");
  setenv("THRONG_CONFIG", path.c_str(), 1);
  EXPECT_EQ(good({}).shards, 6u);
  EXPECT_EQ(good({"--config", file("other.conf", "threads = 7\n")}).shards, 7u);
}

TEST_F(Options, CommandLineThenFileThenEnvironment) {
  const std::string path = file("first.conf", "threads = 6\nheartbeat = 7\n");
  setenv("THRONG_THREADS", "2", 1);
  setenv("THRONG_HEARTBEAT", "2", 1);
  setenv("THRONG_LISTEN", "127.0.0.1:2", 1);
  const NodeOptions node = good({"--config", path, "--threads", "4"});
  EXPECT_EQ(node.shards, 4u);
  EXPECT_EQ(node.limits.heartbeat, std::chrono::seconds(7));
  EXPECT_EQ(node.listen.port(), 2);
}

TEST_F(Options, MistakesInTheFileAreExplained) {
  const std::string path = file("typo.conf", "threds = 6\n");
  expect_mistake({"--config", path}, path + ": ");
  EXPECT_THAT(err_, HasSubstr("threds"));
  expect_mistake({"--config", file("bad.conf", "durability = \"perhaps\"\n")}, "perhaps");
  expect_mistake({"--config", "/no/such/file"}, "/no/such/file");
  setenv("THRONG_CONFIG", "/no/such/file", 1);
  expect_mistake({}, "THRONG_CONFIG: \"/no/such/file\" can't be read");
}

TEST_F(Options, QuantitiesMayHaveUnits) {
  EXPECT_EQ(good({"--heartbeat", "2m"}).limits.heartbeat, std::chrono::seconds(120));
  EXPECT_EQ(good({"--heartbeat", "45s"}).limits.heartbeat, std::chrono::seconds(45));
  EXPECT_EQ(good({"--pace", "2ms"}).pace, std::chrono::milliseconds(2));
  EXPECT_EQ(good({"--pace", "0"}).pace, std::chrono::microseconds(0));
  EXPECT_EQ(good({"--receipt-delay", "1s"}).limits.receipt_delay, std::chrono::seconds(1));
  EXPECT_EQ(good({"--outbound-limit", "2M"}).limits.outbound_bytes, std::size_t{2} << 20);
}

TEST_F(Options, MoreConnectionsThanFitAreCutWithAWarning) {
  setenv("THRONG_SECRET", kSecret, 1);
  const std::size_t fit = good({}).limits.connections;
  const auto result = parse({"--max-connections", std::to_string(fit + 1)});
  ASSERT_TRUE(result.options);
  EXPECT_EQ(result.options->node.limits.connections, fit);
  EXPECT_THAT(result.options->warnings, ElementsAre(HasSubstr("--max-connections")));
}

TEST_F(Options, SecretComesFromTheFirstLineOfAFile) {
  const std::string path = file("secret", std::string(kSecret) + "\nsomething else\n");
  EXPECT_EQ(good({"--secret-file", path}).secret, kSecret);
}

TEST_F(Options, BadSecretsAreRefused) {
  for (const char* secret : {"too short", ""}) {
    setenv("THRONG_SECRET", secret, 1);
    expect_mistake({}, "the secret must have at least 16 bytes");
  }
  expect_mistake({"--secret-file", file("blank", "\n0123456789abcdef\n")}, "at least 16 bytes");
  expect_mistake({"--secret-file", "/no/such/file"}, "\"/no/such/file\" can't be read");
  expect_mistake({"--secret-file", file("empty", "")}, "can't be read or is empty");
}

TEST_F(Options, RatesAreReadWithTheirBursts) {
  const gateway::Limits usual = good({}).limits;
  EXPECT_EQ(usual.user_sends, gateway::Limits{}.user_sends);
  EXPECT_EQ(usual.address_logins, gateway::Limits{}.address_logins);
  EXPECT_EQ(usual.connections_in_all, gateway::Limits{}.connections_in_all);
  const gateway::Limits limits =
      good({"--user-sends", "0", "--user-events", "2.5", "--address-connections", "10:20",
            "--trusted", "192.0.2.0/24", "--drain", "3s", "--request-timeout", "2m"})
          .limits;
  EXPECT_EQ(limits.user_sends, gateway::Rate{});
  EXPECT_EQ(limits.user_events, gateway::Rate::of(2.5, 2.5));
  EXPECT_EQ(limits.address_connections, gateway::Rate::of(10, 20));
  EXPECT_TRUE(limits.trusted.hold(boost::asio::ip::make_address("192.0.2.9")));
  EXPECT_FALSE(limits.trusted.hold(boost::asio::ip::make_address("127.0.0.1")));
  EXPECT_EQ(limits.drain, std::chrono::seconds(3));
  EXPECT_EQ(limits.http_timeout, std::chrono::minutes(2));
  for (const char* wrong : {"", "fast", "-1", "10:", ":10", "10:x", "1e9", "1000001"}) {
    expect_mistake({"--user-sends", wrong}, "isn't RATE or RATE:BURST");
  }
  expect_mistake({"--trusted", "here"}, "--trusted: \"here\" is no network");
}

TEST_F(Options, ACertificateNeedsItsKey) {
  EXPECT_EQ(good({"--tls-cert", "a", "--tls-key", "b"}).tls.key, "b");
  expect_mistake({"--tls-cert", "a"}, "one needs the other");
  expect_mistake({"--tls-key", "b"}, "one needs the other");
}

TEST_F(Options, AreReadAgainFromTheSameFile) {
  const std::string path = file("again.conf", "user-sends = \"5\"\n");
  std::vector<std::string> words{"throng-server", "--config", path};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const auto again = [&] { return read_options_again(static_cast<int>(argv.size()), argv.data()); };
  EXPECT_EQ(again().limits.user_sends, gateway::Rate::of(5, 5));
  file("again.conf", "user-sends = \"7\"\n");
  EXPECT_EQ(again().limits.user_sends, gateway::Rate::of(7, 7));
  file("again.conf", "user-sendz = \"7\"\n");
  EXPECT_THROW(again(), std::runtime_error);
}

TEST_F(Options, MistakesAreExplainedWithExitCode2) {
  expect_mistake({"--listen", "nonsense"}, "--listen: \"nonsense\" isn't ADDRESS:PORT");
  expect_mistake({"--listen", "127.0.0.1:65536"}, "isn't ADDRESS:PORT");
  expect_mistake({"--listen", "127.0.0.1:"}, "isn't ADDRESS:PORT");
  expect_mistake({"--listen", "localhost:80"}, "isn't ADDRESS:PORT");
  expect_mistake({"--durability", "perhaps"}, "perhaps not in {fsync,os,none}");
  expect_mistake({"--durability", "2"}, "--durability");
  expect_mistake({"--threads", "257"}, "--threads");
  expect_mistake({"--threads", "-1"}, "--threads");
  expect_mistake({"--heartbeat", "0"}, "--heartbeat");
  expect_mistake({"--pace", "1s"}, "--pace");
  expect_mistake({"--receipt-delay", "1m"}, "--receipt-delay");
  expect_mistake({"--outbound-limit", "1"}, "--outbound-limit");
  expect_mistake({"--max-connections", "-1"}, "--max-connections");
  expect_mistake({"--no-such-option"}, "--no-such-option");
}

TEST_F(Options, HelpAndVersionEndWithSuccess) {
  for (const char* option : {"--help", "--version"}) {
    const auto result = parse({option});
    EXPECT_FALSE(result.options);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(out_, HasSubstr("throng-server"));
  }
}

TEST_F(Options, WithoutAChannelThereAreNoPushes) {
  EXPECT_FALSE(good({}).pushes.any());
  EXPECT_TRUE(good({"--push-log"}).pushes.any());
}

TEST_F(Options, PushesByWebhook) {
  const std::string secret = file("push_secret", std::string(kSecret) + "\nmore\n");
  const NodeOptions node =
      good({"--push-webhook", "https://push.example/in", "--push-secret-file", secret,
            "--push-after", "5s", "--push-quiet", "1m", "--push-attempts", "4"});
  EXPECT_EQ(node.pushes.webhook_url, "https://push.example/in");
  EXPECT_EQ(node.pushes.webhook_secret, kSecret);
  EXPECT_EQ(node.pushes.notifier.grace, 5'000);
  EXPECT_EQ(node.pushes.notifier.quiet, 60'000);
  EXPECT_EQ(node.pushes.notifier.attempts, 4u);
  expect_mistake({"--push-webhook", "https://push.example/in"}, "--push-secret-file");
  expect_mistake({"--push-webhook", "file:///etc/passwd"}, "http://");
  setenv("THRONG_PUSH_SECRET", "too short", 1);
  expect_mistake({"--push-webhook", "https://push.example/in"}, "16 bytes");
}

TEST_F(Options, PushesByMail) {
  const std::string password = file("password", "swordfish\n");
  const NodeOptions node =
      good({"--push-smtp", "smtps://mail.example", "--push-from", "a@b.example", "--push-smtp-user",
            "me", "--push-smtp-password-file", password});
  EXPECT_EQ(node.pushes.smtp_url, "smtps://mail.example");
  EXPECT_EQ(node.pushes.from, "a@b.example");
  EXPECT_EQ(node.pushes.smtp_password, "swordfish");
  expect_mistake({"--push-smtp", "smtp://mail.example"}, "--push-from");
  expect_mistake({"--push-smtp", "http://mail.example", "--push-from", "a@b.example"}, "smtp://");
  expect_mistake({"--push-smtp", "smtp://mail.example", "--push-from", "a@b.example",
                  "--push-smtp-user", "me"},
                 "--push-smtp-password-file");
}

TEST_F(Options, RetentionIsForEverUnlessSaid) {
  using Kind = storage::Retention::Kind;
  EXPECT_EQ(good({}).retention.kind, Kind::kForever);
  EXPECT_EQ(good({"--retention", "delivered"}).retention.kind, Kind::kDelivered);
  EXPECT_EQ(good({"--retention", "30d"}).retention.kind, Kind::kAge);
  EXPECT_EQ(good({"--retention", "30d"}).retention.age, chat::TimeMs{30} * 86'400'000);
  EXPECT_EQ(good({"--retention", "90"}).retention.age, 90'000);
  for (const char* text : {"", "d", "0s", "-1d", "1w", "30 d", "100001d", "never"}) {
    expect_mistake({"--retention", text}, "--retention");
  }
}

TEST_F(Options, EventsGoNowhereUnlessSaid) {
  EXPECT_FALSE(good({}).events.is_on());
  EXPECT_EQ(good({"--events", "-"}).events.place, "-");
  EXPECT_EQ(good({"--events", "d", "--events-file-size", "8K"}).events.file_bytes, 8192u);
}

}  // namespace
}  // namespace throng::node
