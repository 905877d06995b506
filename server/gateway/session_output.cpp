#include <array>
#include <boost/asio/buffer.hpp>

#include "server/gateway/session.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
using boost::system::error_code;
using protocol::Error;

void Session::on_answer(chat::Answer&& answer) {
  if (answer.error) services_.metrics.add(metrics::Metric::kClientErrors);
  add_events(answer.json);
}

void Session::add_events(std::string_view events) {
  close_if_behind();
  append(events);
}

void Session::append(std::string_view events) {
  if (events.empty()) return;
  if (std::string* out = begin_event()) out->append(events);
}

std::string* Session::begin_event() {
  if (ended_ || state_ == State::kClosing) return nullptr;
  if (gathered_.capacity() == 0) gathered_ = services_.buffers.borrow();
  if (!gathered_.empty()) gathered_.push_back('\n');
  will_flush();
  return &gathered_;
}

void Session::close_if_behind() {
  if (waiting_bytes() <= services_.server.limits.outbound_bytes) return;
  flush();  // what gathered in this turn was never offered to the kernel
  if (ended_ || state_ == State::kClosing) return;
  if (waiting_bytes() <= services_.server.limits.outbound_bytes) return;
  services_.metrics.add(metrics::Metric::kClosedSlowReader);
  close(Error::kSlowReader);
}

void Session::fail(Error code, std::string_view detail, chat::ChatId chat, std::string_view cmid,
                   std::string_view ref) {
  services_.metrics.add(metrics::Metric::kClientErrors);
  add(protocol::Failure{.code = code,
                        .detail = detail.empty() ? protocol::error_text(code) : detail,
                        .chat = chat,
                        .cmid = cmid,
                        .ref = ref});
}

void Session::will_flush() {
  if (flush_planned_) return;
  flush_planned_ = true;
  services_.unflushed.push_back(self_.slot);
}

void Session::flush() {
  flush_planned_ = false;
  if (ended_) return;
  if (write_awaited_) return;
  if (!unsent_.empty()) return write_rest();
  if (gathered_.empty()) return;
  std::string header;
  protocol::append_text_header(header, gathered_.size());
  const std::array<asio::const_buffer, 2> message{asio::buffer(header), asio::buffer(gathered_)};
  error_code error;
  const std::size_t sent = socket_.write_some(message, error);
  if (error && error != asio::error::would_block) return end();
  services_.metrics.add(metrics::Metric::kWrites);
  services_.metrics.add(metrics::Metric::kBytesOut, sent);
  if (sent < header.size() + gathered_.size()) {
    unsent_ = std::move(header);
    unsent_.append(gathered_);
    unsent_.erase(0, sent);
  }
  services_.buffers.give_back(std::exchange(gathered_, {}));
  if (!unsent_.empty()) return write_rest();
  ask_deferred_pages();
}

void Session::write_rest() {
  error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(unsent_), error);
  if (error && error != asio::error::would_block) return end();
  services_.metrics.add(metrics::Metric::kWrites);
  services_.metrics.add(metrics::Metric::kBytesOut, sent);
  unsent_.erase(0, sent);
  if (unsent_.empty()) {
    unsent_ = {};
    if (!gathered_.empty()) return flush();
    if (state_ == State::kClosing) {
      socket_.shutdown(Socket::shutdown_send, error);
      if (peer_closed_) end();
      return;
    }
    return ask_deferred_pages();
  }
  write_awaited_ = true;
  socket_.async_wait(asio::socket_base::wait_write,
                     [&services = services_, slot = self_.slot,
                      generation = self_.generation](error_code wait_error) {
                       Session* session = services.sessions.find(slot, generation);
                       if (!session) return;
                       services.turn.begin();
                       session->write_awaited_ = false;
                       if (wait_error) return session->end();
                       session->write_rest();
                     });
}

}  // namespace throng::gateway
