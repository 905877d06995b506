#pragma once

#include <memory>
#include <string>

namespace throng::play {

class MetricsPage;

/// Serves a run's /metrics over HTTP, on a thread and an io_context of its own: GET only, one
/// request a connection, in the format that its Accept header asks for. Connections beyond the
/// limit wait in the kernel's queue; none lives longer than its time.
///
/// Owned by the thread that made it.
class MetricsServer {
 public:
  /// `address`: "HOST:PORT", e.g. "127.0.0.1:9464" or "[::1]:9464". Requires: the page outlives it.
  /// Errors: std::runtime_error that names the address when it can't be had.
  MetricsServer(const MetricsPage& page, const std::string& address);
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;
  /// Drops the connections there are, and joins.
  ~MetricsServer();

  /// The page has its last figures: those who read it before are to read it once more.
  void await_readers();
  /// One of them hasn't yet.
  bool awaits_readers() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace throng::play
