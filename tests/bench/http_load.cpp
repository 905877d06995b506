// A client of plain HTTP/1.1 that keeps one GET in flight on each of its connections, over raw
// sockets and one epoll set; it asks for one path after the other. Prints one JSON object.
//   http_load PORT CONNECTIONS SECONDS PATH...      with a bearer token as HTTP_LOAD_TOKEN

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace {

using namespace throng::bench;

/// The size of the answer that begins there, once its header is whole; 0 until then.
std::size_t answer_bytes(std::string_view received) {
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t body = received.find("\r\n\r\n");
  if (body == received.npos) return 0;
  if (!received.starts_with("HTTP/1.1 200")) {
    std::fprintf(stderr, "http_load: %.*s\n", static_cast<int>(received.size()), received.data());
    std::exit(1);
  }
  std::size_t length = 0;
  const std::size_t at = received.find(kLength);
  if (at < body) {
    std::from_chars(received.data() + at + kLength.size(), received.data() + body, length);
  }
  return body + 4 + length;
}

class Load {
 public:
  /// Requires: at least one path.
  Load(std::uint16_t port, std::span<char*> paths, const std::string& token) : port_(port) {
    for (const char* path : paths) {
      requests_.push_back(std::string("GET ") + path +
                          " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n\r\n");
    }
  }

  void begin(std::size_t connections) {
    for (; connections > 0; --connections) {
      const int socket = connect_to(port_);
      make_non_blocking(socket);
      poll_.add(socket);
      ask(socket);
    }
  }

  void take_answers() {
    for (const int socket : poll_.wait()) take_answer(socket, received_[socket]);
  }

  std::uint64_t answers() const { return answers_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void ask(int socket) { write_all(socket, requests_[asked_++ % requests_.size()]); }

  void take_answer(int socket, std::string& received) {
    const ssize_t count = read(socket, buffer_.data(), buffer_.size());
    if (count <= 0) fail("read");
    received.append(buffer_, 0, static_cast<std::size_t>(count));
    const std::size_t whole = answer_bytes(received);
    if (whole == 0 || received.size() < whole) return;
    bytes_ = whole;
    ++answers_;
    received.clear();
    ask(socket);
  }

  const std::uint16_t port_;
  std::vector<std::string> requests_;
  Poll poll_;
  std::unordered_map<int, std::string> received_;
  std::string buffer_ = std::string(1 << 16, '\0');
  std::size_t asked_ = 0;
  std::uint64_t answers_ = 0;
  std::size_t bytes_ = 0;  ///< of the last answer
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("http_load PORT CONNECTIONS SECONDS PATH...\n", stderr);
    return 2;
  }
  const auto number = [&](int i) { return std::strtoul(argv[i], nullptr, 10); };
  const char* token = std::getenv("HTTP_LOAD_TOKEN");
  const std::span paths(argv + 4, argv + argc);
  Load load(static_cast<std::uint16_t>(number(1)), paths, token == nullptr ? "" : token);
  load.begin(number(2));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(number(3));
  while (std::chrono::steady_clock::now() < end) load.take_answers();
  std::printf("{\"answers\": %lu, \"answer_bytes\": %zu}\n",
              static_cast<unsigned long>(load.answers()), load.bytes());
  return 0;
}
