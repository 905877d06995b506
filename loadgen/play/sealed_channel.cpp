#include "loadgen/play/sealed_channel.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace throng::play {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kHandshakeTime{10};
/// Of one message, from somebody who has the key.
constexpr std::size_t kMaxMessageBytes = std::size_t{1} << 31;
constexpr std::size_t kMaxUnsentBytes = std::size_t{1} << 31;
/// A machine that is gone, or the way to it, is noticed after about so long.
constexpr int kKeepAliveAfterS = 5;
constexpr int kKeepAliveEachS = 2;
constexpr int kKeepAliveTimes = 4;
constexpr int kUserTimeoutMs = 12'000;

template <int name>
using TcpOption = asio::detail::socket_option::integer<IPPROTO_TCP, name>;

void watch_over(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(TcpOption<TCP_KEEPIDLE>(kKeepAliveAfterS), ignored);
  socket.set_option(TcpOption<TCP_KEEPINTVL>(kKeepAliveEachS), ignored);
  socket.set_option(TcpOption<TCP_KEEPCNT>(kKeepAliveTimes), ignored);
  socket.set_option(TcpOption<TCP_USER_TIMEOUT>(kUserTimeoutMs), ignored);
}

}  // namespace

/// What the callbacks of the socket share with the channel, which may go before them.
class SealedChannel::Line : public std::enable_shared_from_this<Line> {
 public:
  Line(tcp::socket socket, const Sealer& sealer, const Opener& opener)
      : socket_(std::move(socket)), sealer_(sealer), opener_(opener) {}

  void listen(OnMessage on_message, OnClosed on_closed) {
    on_message_ = std::move(on_message);
    on_closed_ = std::move(on_closed);
    if (!std::exchange(listening_, true)) read_record_length();
  }

  bool send(std::string_view text) {
    if (!open_ || deaf_) return false;
    do {
      const std::string_view part = text.substr(0, kMaxSealedText);
      text.remove_prefix(part.size());
      sealer_.seal(part, text.empty(), waiting_);
    } while (!text.empty());
    if (waiting_.size() <= kMaxUnsentBytes) {
      write();
      return true;
    }
    asio::post(socket_.get_executor(),
               [self = shared_from_this()] { self->close("doesn't read what it is sent"); });
    return false;
  }

  bool all_sent() const { return !open_ || (waiting_.empty() && writing_.empty()); }
  bool is_open() const { return open_; }

  void abandon() {
    open_ = false;
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void read_record_length() {
    read(asio::buffer(length_), [this] {
      const auto bytes = read_length(length_);
      if (!bytes) return close("sent what no crew or coordinator of throng sends");
      record_.resize(*bytes);
      read_record();
    });
  }

  void read_record() {
    read(asio::buffer(record_), [this] {
      const auto last = opener_.open(record_, text_);
      if (!last) return close("sent what isn't sealed with the key of this line");
      if (text_.size() > kMaxMessageBytes) return close("sent a message that is too long");
      if (*last && !text_.empty()) deliver();
      if (open_) read_record_length();
    });
  }

  void deliver() {
    const auto message = static_cast<CrewMessage>(text_.front());
    std::istringstream body(std::exchange(text_, {}));
    body.get();
    on_message_(message, body);
  }

  template <class Then>
  void read(asio::mutable_buffer into, Then then) {
    asio::async_read(socket_, into,
                     [self = shared_from_this(), then](const error_code& error, std::size_t) {
                       if (!self->open_) return;
                       if (error) return self->close({});
                       then();
                     });
  }

  void write() {
    if (!writing_.empty() || waiting_.empty() || !open_) return;
    writing_.swap(waiting_);
    asio::async_write(socket_, asio::buffer(writing_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        self->writing_.clear();
                        error ? self->give_up_writing() : self->write();
                      });
  }

  // The other end's last words may be here already: the line ends when they are read.
  void give_up_writing() {
    deaf_ = true;
    waiting_.clear();
  }

  void close(std::string_view why) {
    if (!open_) return;
    abandon();
    if (on_closed_) on_closed_(why);
  }

  tcp::socket socket_;
  Sealer sealer_;
  Opener opener_;
  OnMessage on_message_;
  OnClosed on_closed_;
  RecordLength length_{};
  std::vector<unsigned char> record_;
  std::string text_;     ///< of the message that is coming
  std::string waiting_;  ///< sealed
  std::string writing_;
  bool listening_ = false;
  bool open_ = true;
  bool deaf_ = false;  ///< the other end takes nothing any more
};

SealedChannel::SealedChannel(tcp::socket socket, const Sealer& sealer, const Opener& opener)
    : line_(std::make_shared<Line>(std::move(socket), sealer, opener)) {}

SealedChannel::~SealedChannel() { line_->abandon(); }

void SealedChannel::listen(OnMessage on_message, OnClosed on_closed) {
  line_->listen(std::move(on_message), std::move(on_closed));
}

bool SealedChannel::send(CrewMessage message,
                         const std::function<void(std::ostream&)>& write_body) {
  std::ostringstream text;
  text.put(static_cast<char>(message));
  if (write_body) write_body(text);
  return line_->send(text.view());
}

bool SealedChannel::all_sent() const { return line_->all_sent(); }

bool SealedChannel::is_open() const { return line_->is_open(); }

namespace {

asio::awaitable<std::unique_ptr<SealedChannel>> shake_hands(tcp::socket& line, const CrewKey& key,
                                                            Handshake::Side side,
                                                            std::string_view version) {
  const Handshake handshake(key, side, version);
  Greeting theirs;
  co_await asio::async_write(line, asio::buffer(&handshake.greeting(), sizeof(Greeting)),
                             asio::use_awaitable);
  co_await asio::async_read(line, asio::buffer(&theirs, sizeof theirs), asio::use_awaitable);
  const auto keys = handshake.agree(theirs);
  if (!keys) throw NoLine(keys.error().message);
  const bool is_crew = side == Handshake::Side::kCrew;
  const Sealer sealer(is_crew ? keys->to_coordinator : keys->to_crew);
  SealHeader header;
  co_await asio::async_write(line, asio::buffer(sealer.header()), asio::use_awaitable);
  co_await asio::async_read(line, asio::buffer(header), asio::use_awaitable);
  const Opener opener(is_crew ? keys->to_crew : keys->to_coordinator, header);
  co_return std::make_unique<SealedChannel>(std::move(line), sealer, opener);
}

}  // namespace

asio::awaitable<std::unique_ptr<SealedChannel>> open_line(tcp::socket socket, const CrewKey& key,
                                                          Handshake::Side side,
                                                          std::string_view version) {
  const auto line = std::make_shared<tcp::socket>(std::move(socket));
  watch_over(*line);
  asio::steady_timer deadline(line->get_executor(), kHandshakeTime);
  deadline.async_wait([line](const error_code& error) {
    error_code ignored;
    if (!error) line->cancel(ignored);
  });
  try {
    co_return co_await shake_hands(*line, key, side, version);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
    throw SilentLine(fmt::format("said nothing for {} s", kHandshakeTime.count()));
  }
}

}  // namespace throng::play
