#include "loadgen/transport/http_calls.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <span>
#include <utility>

namespace throng::transport {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;
constexpr std::uint64_t kMaxAnswerBytes = std::uint64_t{64} << 20;

std::string request_of(const HttpCall& call, const Target& target) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n",
                  call.method, call.path, target.authority(), call.bearer);
  if (!call.content_type.empty()) {
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", call.content_type,
                        call.body.size());
  }
  return text.append("\r\n").append(call.body);
}

std::uint64_t token_of(std::uint32_t id) {
  return static_cast<std::uint64_t>(id) << 32 | EventLoop::kCallMark;
}

}  // namespace

HttpCalls::HttpCalls(EventLoop& loop, const Target& target,
                     const boost::asio::ip::tcp::endpoint& endpoint, pacing::Duration timeout)
    : loop_(loop), target_(target), endpoint_(endpoint), timeout_(timeout) {
  if (target_.secure) tls_.emplace(target_.trust);
  loop_.connect_calls([this](const Readiness::Event& event) {
    on_ready(static_cast<std::uint32_t>(event.token >> 32));
  });
}

std::uint32_t HttpCalls::free_slot() {
  if (free_.empty()) {
    slots_.push_back(std::make_unique<Slot>());
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  return id;
}

void HttpCalls::call(HttpCall call, Done done) {
  const std::uint32_t id = free_slot();
  Slot& slot = *slots_[id];
  ++slot.generation;
  slot.connected = false;
  slot.unsent = request_of(call, target_);
  slot.received.clear();
  slot.parser.emplace();
  slot.parser->eager(true);
  slot.parser->body_limit(kMaxAnswerBytes);
  slot.done = std::move(done);
  auto socket = ClientSocket::connect(endpoint_, std::nullopt);
  if (!socket) return finish(id, {.error = close_reason_name(socket.error())});
  slot.socket = std::move(*socket);
  if (!loop_.sockets().add(slot.socket.native(), token_of(id), true)) {
    return finish(id, {.error = close_reason_name(CloseReason::kNoDescriptor)});
  }
  loop_.call_after(timeout_, [this, id, generation = slot.generation] {
    if (slots_[id]->generation == generation) {
      finish(id, {.error = close_reason_name(CloseReason::kTimeout)});
    }
  });
}

void HttpCalls::on_ready(std::uint32_t id) {
  if (!slots_[id]->done || !finish_connect(id) || !write(id)) return;
  read(id);
}

bool HttpCalls::finish_connect(std::uint32_t id) {
  Slot& slot = *slots_[id];
  if (std::exchange(slot.connected, true)) return true;
  if (const auto failure = slot.socket.connect_failure()) {
    finish(id, {.error = close_reason_name(*failure)});
    return false;
  }
  if (tls_) slot.socket.secure(*tls_, target_.host);
  return true;
}

bool HttpCalls::write(std::uint32_t id) {
  Slot& slot = *slots_[id];
  std::string_view unsent = slot.unsent;
  while (!unsent.empty()) {
    const auto sent = slot.socket.send(unsent);
    // One that was refused closes before it has read all; what it said may still be there.
    if (!sent || *sent == 0) break;
    unsent.remove_prefix(*sent);
  }
  slot.unsent.erase(0, slot.unsent.size() - unsent.size());
  return true;
}

void HttpCalls::read(std::uint32_t id) {
  Slot& slot = *slots_[id];
  while (true) {
    const auto room = slot.received.prepare(kReceiveBytes);
    const auto count = slot.socket.receive({static_cast<char*>(room.data()), room.size()});
    if (!count) return finish(id, {.error = close_reason_name(count.error())});
    if (*count == 0) break;
    slot.received.commit(*count);
    error_code error;
    slot.received.consume(slot.parser->put(slot.received.data(), error));
    if (error && error != http::error::need_more) {
      return finish(id, {.error = close_reason_name(CloseReason::kProtocol)});
    }
    if (!slot.parser->is_done()) continue;
    auto answer = slot.parser->release();
    return finish(id,
                  {.error = {}, .status = answer.result_int(), .body = std::move(answer.body())});
  }
  if (slot.socket.is_secure()) write(id);  // it may have waited for what came
}

void HttpCalls::finish(std::uint32_t id, HttpResult result) {
  Slot& slot = *slots_[id];
  Done done = std::exchange(slot.done, nullptr);
  if (!done) return;
  ++slot.generation;
  slot.socket.close();
  slot.unsent = {};
  loop_.call_after(pacing::Duration::zero(),
                   [this, id, done = std::move(done), result = std::move(result)] {
                     free_.push_back(id);
                     done(result);
                   });
}

}  // namespace throng::transport
