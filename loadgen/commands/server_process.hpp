#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>

namespace throng::commands {

/// A server that was started to be measured: on a free port of loopback, with data of its own that
/// is removed with it. Owned by the thread that made it; it ends when that does.
class ServerProcess {
 public:
  /// Runs `command` by the shell, in a process group of its own, with the address, the data and the
  /// secret as THRONG_LISTEN, THRONG_DATA and THRONG_SECRET in its environment, and in place of
  /// {port} and {data}, the latter quoted. What it says goes to `folder`/server.txt; `folder` is
  /// there.
  /// Errors: std::runtime_error or std::system_error when there can't be such a process.
  ServerProcess(const std::string& command, const std::filesystem::path& folder,
                const std::string& secret);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  std::string url() const;

  /// Returns when it takes connections, or `interrupted` says so.
  /// Errors: std::runtime_error with the last that it said, if it ended or took 30 s.
  void wait_until_ready(const std::function<bool()>& interrupted);

  /// Whether all of its processes have ended, by themselves unless it was stopped.
  bool ended();

  /// Asks all of its processes to end, makes them after 15 s, and removes its data. Twice is
  /// harmless.
  void stop();

 private:
  // Constant after construction
  const std::filesystem::path folder_;
  const std::filesystem::path data_;
  const unsigned short port_;

  pid_t group_ = 0;  // of its processes; 0: all have ended
};

}  // namespace throng::commands
