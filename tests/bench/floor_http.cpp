#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/bench/floors.hpp"
#include "tests/bench/sockets.hpp"

namespace throng::bench {

void http_floor(std::size_t body_bytes) {
  const Listener listener = listen_on_loopback();
  make_non_blocking(listener.socket);
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body_bytes) + "\r\n\r\n" + std::string(body_bytes, 'x');
  std::printf("{\"port\": %u}\n", static_cast<unsigned>(listener.port));
  std::fflush(stdout);
  Poll poll;
  poll.add(listener.socket);
  std::array<char, 4096> buffer{};
  for (;;) {
    for (const int socket : poll.wait()) {
      if (socket == listener.socket) {
        for (int peer = accept_from(socket); peer >= 0; peer = accept_from(socket)) poll.add(peer);
      } else if (read(socket, buffer.data(), buffer.size()) <= 0) {
        close(socket);
      } else {
        write_all(socket, answer);
      }
    }
  }
}

}  // namespace throng::bench
