#include "loadgen/commands/server_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "loadgen/commands/probe_process.hpp"
#include "loadgen/pacing/clock.hpp"

namespace throng::commands {
namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds kLookInterval{20};
constexpr std::chrono::seconds kMostToBegin{30};
constexpr std::chrono::seconds kMostToEnd{15};

const tcp::endpoint kAnyPort(boost::asio::ip::address_v4::loopback(), 0);

unsigned short free_port() {
  boost::asio::io_context context;
  return tcp::acceptor(context, kAnyPort).local_endpoint().port();
}

bool takes_connections(unsigned short port) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({kAnyPort.address(), port}, error);
  return !error;
}

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// As one word of the shell.
std::string quoted(std::string text) {
  replace_all(text, "'", "'\\''");
  return "'" + text + "'";
}

/// No signal is taken while there is one.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { release(); }
  void release() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

[[noreturn]] void become_server(const std::string& command, int output, SignalsHeld& signals) {
  // This is a copy of the comparison's process, whose handler would do nothing here.
  signal(SIGTERM, SIG_DFL);
  signals.release();
  // Ctrl-C is for the comparison, which ends it.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  _exit(127);
}

}  // namespace

ServerProcess::ServerProcess(const std::string& command, const std::filesystem::path& folder,
                             const std::string& secret)
    : folder_(folder), data_(std::filesystem::absolute(folder / "data")), port_(free_port()) {
  std::filesystem::create_directories(data_);
  // Made before there are two processes, of which the new one may then only do what is simple.
  std::string line = command;
  replace_all(line, "{port}", std::to_string(port_));
  replace_all(line, "{data}", quoted(data_.string()));
  setenv("THRONG_LISTEN", fmt::format("127.0.0.1:{}", port_).c_str(), 1);
  setenv("THRONG_DATA", data_.c_str(), 1);
  setenv("THRONG_SECRET", secret.c_str(), 1);
  const auto path = folder / "server.txt";
  const int output = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (output < 0) throw std::system_error(errno, std::generic_category(), path.string());
  // What its shell leaves behind is this process's then, to be waited for.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  SignalsHeld signals;
  group_ = fork();
  if (group_ == 0) become_server(line, output, signals);
  signals.release();
  close(output);
  if (group_ < 0) throw std::system_error(errno, std::generic_category(), "a server's process");
  // As the new process does, whichever is first.
  setpgid(group_, group_);
}

ServerProcess::~ServerProcess() { stop(); }

std::string ServerProcess::url() const { return fmt::format("ws://127.0.0.1:{}", port_); }

bool ServerProcess::ended() {
  if (group_ == 0) return true;
  while (waitpid(-group_, nullptr, WNOHANG) > 0) {
  }
  if (kill(-group_, 0) != 0 && errno == ESRCH) group_ = 0;
  return group_ == 0;
}

void ServerProcess::wait_until_ready(const std::function<bool()>& interrupted) {
  const pacing::SteadyClock clock;
  const auto deadline = clock.now() + kMostToBegin;
  while (!interrupted()) {
    if (ended()) {
      throw std::runtime_error(
          fmt::format("the server ended: {}", last_line(folder_ / "server.txt")));
    }
    if (takes_connections(port_)) return;
    if (clock.now() > deadline) {
      throw std::runtime_error(
          fmt::format("the server took no connections on port {} within {} s: {}", port_,
                      kMostToBegin.count(), last_line(folder_ / "server.txt")));
    }
    std::this_thread::sleep_for(kLookInterval);
  }
}

void ServerProcess::stop() {
  const pacing::SteadyClock clock;
  if (!ended()) kill(-group_, SIGTERM);
  const auto deadline = clock.now() + kMostToEnd;
  while (!ended()) {
    if (clock.now() > deadline) kill(-group_, SIGKILL);
    std::this_thread::sleep_for(kLookInterval);
  }
  std::error_code ignored;
  std::filesystem::remove_all(data_, ignored);
}

}  // namespace throng::commands
