#include "loadgen/floor/peer_process.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <system_error>

#include "loadgen/floor/echo_peer.hpp"
#include "loadgen/machine/limits.hpp"
#include "loadgen/play/child_process.hpp"

namespace throng::floor {
namespace {

[[noreturn]] void throw_errno() {
  throw std::system_error(errno, std::system_category(), "the floor's peer");
}

/// A non-blocking listener on a free port, and that port.
std::pair<int, std::uint16_t> listen_on_loopback() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, name, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, name, &size) != 0) {
    throw_errno();
  }
  return {fd, ntohs(address.sin_port)};
}

[[noreturn]] void serve(int listener, TimeMs wall_time) noexcept {
  play::become_child(listener);
  // This is a copy of the generator's process, and what that owns isn't to be destroyed here.
  try {
    machine::raise_and_read_limits();
    EchoPeer(play::kChildLine, protocol::TokenKey(PeerProcess::secret()), wall_time).run();
  } catch (const std::exception&) {
    _exit(EXIT_FAILURE);
  }
}

}  // namespace

PeerProcess::PeerProcess(std::chrono::system_clock::time_point now) {
  const auto [listener, port] = listen_on_loopback();
  target_ = *transport::parse_target(fmt::format("ws://127.0.0.1:{}", port));
  process_ = fork();
  if (process_ == 0) {
    serve(listener,
          std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  }
  close(listener);
  if (process_ < 0) throw_errno();
}

PeerProcess::~PeerProcess() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

const std::string& PeerProcess::secret() {
  static const std::string secret = "of the peer that measures the generator";
  return secret;
}

}  // namespace throng::floor
