#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "loadgen/play/crew_seal.hpp"
#include "loadgen/play/remote_crew.hpp"
#include "loadgen/play/run.hpp"

namespace throng::play {

/// Where crews of other machines gather before a run. Owned by the thread that runs `io`.
class Muster {
 public:
  /// Requires: the options want crews; `io` doesn't run once this is gone.
  /// Errors: std::runtime_error when the address can't be had.
  Muster(boost::asio::io_context& io, const MusterOptions& options, std::string version);

  /// Where it listens, e.g. "127.0.0.1:9410".
  std::string address() const;
  /// Who has joined, and is still there.
  std::size_t joined() const { return joined_; }

  /// Blocks until all that are wanted have joined, the time is over, or `interrupted`.
  /// `on_change` is called when one more or one less is there. True: all have.
  bool wait(const std::function<bool()>& interrupted, const std::function<void()>& on_change);
  /// Those who have joined. Nobody else can from here on.
  std::vector<CrewCall> take();
  /// Why the last of those who were turned away was; empty: nobody was.
  const std::string& complaint() const { return complaint_; }

 private:
  struct Caller {
    std::string from;
    CrewCall call;
    bool joined = false;  ///< it has said who it is
  };
  using Callers = std::list<Caller>;

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> greet(boost::asio::ip::tcp::socket socket, Callers::iterator caller);
  void on_message(Callers::iterator caller, CrewMessage message, std::istream& body);
  void turn_away(Callers::iterator caller, std::string_view why);

  // Constant after construction
  boost::asio::io_context& io_;
  const MusterOptions options_;
  const std::string version_;
  const CrewKey key_;

  boost::asio::ip::tcp::acceptor acceptor_;
  Callers callers_;
  std::size_t joined_ = 0;
  std::string complaint_;
};

}  // namespace throng::play
