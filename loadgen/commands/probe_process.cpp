#include "loadgen/commands/probe_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "loadgen/commands/play_and_report.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

constexpr std::chrono::milliseconds kLookInterval{20};

[[noreturn]] void play_in_child(const play::RunOptions& options, int output) {
  // Ctrl-C is for the search, which passes it on.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  // This is a copy of the search's process, and what that owns isn't to be destroyed here.
  const int code = play_and_report(options, false);
  std::cout.flush();
  _exit(code);
}

struct Ended {
  int status = 0;
  bool told = false;  // to end

  // One that was told before it could take it gracefully.
  bool at_once() const { return told && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM; }
};

Ended wait_for(pid_t process, const std::function<bool()>& interrupted) {
  Ended ended;
  while (waitpid(process, &ended.status, WNOHANG) == 0) {
    if (!ended.told && interrupted()) ended.told = kill(process, SIGTERM) == 0;
    std::this_thread::sleep_for(kLookInterval);
  }
  return ended;
}

}  // namespace

int play_apart(const play::RunOptions& options, const std::function<bool()>& interrupted) {
  std::filesystem::create_directories(options.out_dir);
  const auto path = options.out_dir / kProbeOutput;
  const int output = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (output < 0) throw std::system_error(errno, std::generic_category(), path.string());
  std::cout.flush();
  const pid_t process = fork();
  if (process == 0) play_in_child(options, output);
  close(output);
  if (process < 0) throw std::system_error(errno, std::generic_category(), "a probe's process");
  const Ended ended = wait_for(process, interrupted);
  if (WIFEXITED(ended.status)) return WEXITSTATUS(ended.status);
  if (ended.at_once()) return static_cast<int>(play::ExitCode::kInterrupted);
  throw std::runtime_error(fmt::format("the process that played {} was ended by signal {}",
                                       options.out_dir.string(), WTERMSIG(ended.status)));
}

std::string last_line(const std::filesystem::path& path) {
  std::string text = report::read_text_file(path);
  text.erase(text.find_last_not_of('\n') + 1);
  const std::string line = text.substr(text.find_last_of('\n') + 1);
  constexpr std::string_view kName = "throng: ";
  return line.starts_with(kName) ? line.substr(kName.size()) : line;
}

}  // namespace throng::commands
