#include "server/gateway/client_stream.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace throng::gateway {

namespace asio = boost::asio;
using boost::system::error_code;

ClientStream::ClientStream(Services& services, AcceptedSocket socket,
                           std::unique_ptr<tls::Channel> channel)
    : services_(services),
      socket_(std::move(socket)),
      channel_(std::move(channel)),
      timer_(services.io),
      self_(std::make_shared<ClientStream*>(this)) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

ClientStream::~ClientStream() { *self_ = nullptr; }

// ---- Time ----

// A timer that runs is left alone when the deadline moves away: requests come much more often.
void ClientStream::expires_after(std::chrono::nanoseconds time) {
  expired_ = false;
  deadline_ = services_.now + time;
  if (deadline_ < timer_due_) start_timer();
}

void ClientStream::start_timer() {
  timer_due_ = deadline_;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = self_](error_code error) {
    if (!error && *self) (*self)->on_timer();
  });
}

void ClientStream::on_timer() {
  services_.turn.begin();
  if (deadline_ > services_.now) return start_timer();
  timer_due_ = SteadyTime::max();
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

// ---- Bytes ----

// A timer that fires while an operation's end is on its way cancels nothing, so each begins with a
// look at whether the time is up.

bool ClientStream::is_over(error_code& error) const {
  if (expired_) error = asio::error::operation_aborted;
  return expired_;
}

asio::awaitable<void> ClientStream::wait(error_code& error) {
  error.clear();
  if (is_over(error)) co_return;
  const auto what =
      channel_->wants_write() ? AcceptedSocket::wait_write : AcceptedSocket::wait_read;
  co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  services_.turn.begin();
}

asio::awaitable<std::size_t> ClientStream::read_some(std::span<char> into, error_code& error) {
  std::size_t count = 0;
  if (is_over(error)) co_return count;
  if (!channel_) {
    count = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                             asio::redirect_error(asio::use_awaitable, error));
    services_.turn.begin();
    co_return count;
  }
  while (true) {
    count = channel_->read(into, into.size(), error);
    if (error != asio::error::would_block) co_return count;
    co_await wait(error);
    if (error) co_return 0;
  }
}

asio::awaitable<std::size_t> ClientStream::write_some(std::string_view bytes, error_code& error) {
  std::size_t count = 0;
  if (is_over(error)) co_return count;
  if (!channel_) {
    count = co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                              asio::redirect_error(asio::use_awaitable, error));
    services_.turn.begin();
    co_return count;
  }
  count = channel_->write(bytes, {}, error);
  if (error == asio::error::would_block) co_await wait(error);
  co_return count;
}

asio::awaitable<error_code> ClientStream::write(std::string_view bytes) {
  error_code error;
  while (!bytes.empty() && !error) bytes.remove_prefix(co_await write_some(bytes, error));
  co_return error;
}

void ClientStream::shut_down() {
  error_code ignored;
  if (channel_) channel_->shut_down();
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

ClientStream::Released ClientStream::release() {
  Released released;
  error_code error;
  released.descriptor = socket_.release(error);
  if (error) return {};
  if (channel_) {
    std::array<char, tls::Channel::kMostHeldBytes> held;
    while (const std::size_t count = channel_->read(held, 0, error)) {
      released.received.append(held.data(), count);
    }
    released.channel = std::move(channel_);
  }
  return released;
}

}  // namespace throng::gateway
