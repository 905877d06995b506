#include "loadgen/play/forked_crew.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <system_error>
#include <utility>

#include "loadgen/play/crew_process.hpp"
#include "loadgen/play/pipe_channel.hpp"

namespace throng::play {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

/// Both ends: the coordinator's and the crew's.
std::array<int, 2> make_line() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("a generator process");
  }
  return ends;
}

}  // namespace

ForkedCrew::ForkedCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail)
    : CrewProxy(io, plan, std::move(mail)) {
  const auto [own_end, crew_end] = make_line();
  process_ = fork();
  if (process_ < 0) throw_errno("a generator process");
  if (process_ == 0) serve_crew(crew_end, plan);
  close(crew_end);
  attach(std::make_shared<PipeChannel>(io, own_end));
}

ForkedCrew::~ForkedCrew() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

Harvest ForkedCrew::harvest() {
  Harvest harvest = CrewProxy::harvest();
  waitpid(std::exchange(process_, -1), nullptr, 0);
  return harvest;
}

std::string ForkedCrew::describe_end(std::string_view) {
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  if (WIFSIGNALED(status)) {
    return fmt::format("a generator process was ended by signal {}", WTERMSIG(status));
  }
  return fmt::format("a generator process ended early, with status {}", WEXITSTATUS(status));
}

}  // namespace throng::play
