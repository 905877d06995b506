#include "tls/channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <cstring>

namespace throng::tls {

using boost::system::error_code;

/// How OpenSSL reaches the socket: never waiting, without SIGPIPE, and no more than it may take.
class SocketEnd {
 public:
  static BIO* make(Channel& channel) {
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, &channel);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "throng socket");
    BIO_meth_set_read_ex(method, read);
    BIO_meth_set_write_ex(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* count) {
    auto& channel = *static_cast<Channel*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *count = 0;
    const std::size_t room = std::min(size, channel.may_take_);
    if (room == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    const ssize_t received = ::recv(channel.descriptor_, into, room, MSG_DONTWAIT);
    if (received > 0) {
      *count = static_cast<std::size_t>(received);
      channel.may_take_ -= *count;
      return 1;
    }
    if (received == 0) {
      BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    } else if (may_go_on_later()) {
      BIO_set_retry_read(bio);
    }
    return 0;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* count) {
    auto& channel = *static_cast<Channel*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *count = 0;
    const ssize_t sent = ::send(channel.descriptor_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      *count = static_cast<std::size_t>(sent);
      return 1;
    }
    if (may_go_on_later()) BIO_set_retry_write(bio);
    return 0;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
  }

  static bool may_go_on_later() { return errno == EAGAIN || errno == EINTR; }
};

namespace {

/// RFC 8446 section 5.1: what one record carries.
constexpr std::size_t kRecordBytes = 16 * 1024;

error_code failure_of(SSL* ssl, int result) {
  const int saved_errno = errno;
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return boost::asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return boost::asio::error::eof;
    case SSL_ERROR_SYSCALL:
      return {saved_errno ? saved_errno : ECONNRESET, boost::system::system_category()};
    default:
      return {static_cast<int>(ERR_peek_error()), boost::asio::error::get_ssl_category()};
  }
}

}  // namespace

void Channel::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Channel::Channel(Handle ssl, int descriptor) : descriptor_(descriptor), ssl_(std::move(ssl)) {
  BIO* const bio = SocketEnd::make(*this);
  SSL_set_bio(ssl_.get(), bio, bio);
}

Channel::~Channel() = default;

std::size_t Channel::read(std::span<char> into, std::size_t most_taken, error_code& error) {
  may_take_ = most_taken;
  error.clear();
  std::size_t total = 0;
  while (total < into.size() && !error) {
    ERR_clear_error();
    errno = 0;
    std::size_t count = 0;
    const auto room = into.subspan(total);
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &count);
    if (result != 1) error = failure_of(ssl_.get(), result);
    total += count;
  }
  if (total > 0) error.clear();
  return total;
}

bool Channel::write_some(std::string_view bytes, std::size_t& taken, error_code& error) {
  ERR_clear_error();
  errno = 0;
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  if (result != 1) error = failure_of(ssl_.get(), result);
  taken += count;
  return result == 1;
}

std::size_t Channel::write(std::string_view first, std::string_view second, error_code& error) {
  error.clear();
  std::size_t taken = 0;
  if (!first.empty() && !second.empty()) {  // one record for both, as far as it goes
    std::array<char, kRecordBytes> record;
    const std::size_t of_first = std::min(first.size(), record.size());
    const std::size_t of_second = std::min(second.size(), record.size() - of_first);
    std::memcpy(record.data(), first.data(), of_first);
    std::memcpy(record.data() + of_first, second.data(), of_second);
    if (!write_some({record.data(), of_first + of_second}, taken, error)) return taken;
  }
  while (taken < first.size()) {
    if (!write_some(first.substr(taken), taken, error)) break;
  }
  while (!error && taken < first.size() + second.size()) {
    if (!write_some(second.substr(taken - first.size()), taken, error)) break;
  }
  if (taken > 0) error.clear();
  return taken;
}

void Channel::shut_down() {
  ERR_clear_error();
  if (is_established()) SSL_shutdown(ssl_.get());
}

bool Channel::is_established() const { return SSL_is_init_finished(ssl_.get()) != 0; }

bool Channel::wants_write() const { return SSL_want_write(ssl_.get()); }

}  // namespace throng::tls
