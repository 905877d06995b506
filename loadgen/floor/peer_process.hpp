#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "loadgen/transport/target.hpp"

namespace throng::floor {

/// The echo peer in a process of its own, on a free port of 127.0.0.1, so that the generator's CPU
/// time stays its own. It listens once this is made, and ends with this or with the generator.
class PeerProcess {
 public:
  /// `now` is the time of day. Requires: this process has one thread only.
  /// Errors: std::system_error when there can't be another process or socket.
  explicit PeerProcess(std::chrono::system_clock::time_point now);
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess();

  const transport::Target& target() const { return target_; }
  /// That tokens for it are signed with.
  static const std::string& secret();

 private:
  transport::Target target_;
  pid_t process_ = -1;
};

}  // namespace throng::floor
