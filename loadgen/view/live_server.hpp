#pragma once

#include <functional>
#include <memory>
#include <string>

#include "loadgen/pacing/clock.hpp"

namespace throng::view {

class LivePage;

/// Serves a run's page over HTTP, on a thread of its own: the page itself, a stream of events with
/// what is new, and the wish to end the run. Streams and connections are bounded. What one is told
/// is made when it has taken what came before, so nothing queues up for those who are slow, and who
/// takes nothing for a while is let go.
///
/// Owned by the thread that made it.
class LiveServer {
 public:
  /// `address`: "HOST:PORT", or "PORT" of 127.0.0.1; 0 chooses one. `on_stop` is called on the
  /// server's thread when somebody wants the run to end; empty: the page can't end it.
  /// Requires: the page outlives it. Errors: boost::system::system_error when the address can't be
  /// had; std::runtime_error when it isn't one.
  LiveServer(const LivePage& page, const std::string& address, std::function<void()> on_stop);
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;
  /// Drops the connections there are, and joins.
  ~LiveServer();

  /// "http://127.0.0.1:9600/"
  std::string url() const;
  /// The page has something new.
  void notify();
  /// The run is over: blocks until all who watch know how it ended, but no longer than that.
  void await_readers(pacing::Duration limit) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace throng::view
