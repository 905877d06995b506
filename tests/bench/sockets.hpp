#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// What the raw programs have in common: loopback TCP without any library.
namespace throng::bench {

/// Prints what errno says, and exits.
[[noreturn]] void fail(const char* what);

struct Listener {
  int socket = -1;
  std::uint16_t port = 0;
};

/// On a free port of the loopback address.
Listener listen_on_loopback();
/// A blocking connection without Nagle's delay.
int connect_to(std::uint16_t port);
/// The next connection, made non-blocking and without delay; -1 when none waits and the listener
/// is non-blocking.
int accept_from(int listener);
void make_non_blocking(int socket);
void make_blocking(int socket);
void write_all(int socket, std::string_view bytes);

/// `clients[i]` is connected to `peers[i]`; none of them blocks.
struct Pairs {
  std::vector<int> clients;
  std::vector<int> peers;
};
Pairs connect_pairs(std::size_t count);

/// A set of sockets of which some become readable.
class Poll {
 public:
  Poll();
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  void add(int socket);
  /// The sockets that are readable now; waits 50 ms for the first. Valid until the next call.
  const std::vector<int>& wait();

 private:
  int poll_;
  std::vector<int> ready_;
};

/// CPU time of the calling thread.
double thread_cpu_s();

}  // namespace throng::bench
