#include "loadgen/play/pipe_channel.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <utility>

namespace throng::play {

namespace asio = boost::asio;
using boost::system::error_code;

PipeChannel::PipeChannel(asio::io_context& io, int descriptor)
    : socket_(io, asio::local::stream_protocol(), descriptor) {}

void PipeChannel::listen(OnMessage on_message, OnClosed on_closed) {
  on_message_ = std::move(on_message);
  on_closed_ = std::move(on_closed);
  read_header();
}

void PipeChannel::read_header() {
  asio::async_read(socket_, asio::buffer(&header_, sizeof header_),
                   [this](const error_code& error, std::size_t) {
                     if (error == asio::error::operation_aborted) return;
                     if (error) return on_closed_({});
                     read_body();
                   });
}

void PipeChannel::read_body() {
  body_.resize(header_.body_bytes);
  asio::async_read(socket_, asio::buffer(body_), [this](const error_code& error, std::size_t) {
    if (error == asio::error::operation_aborted) return;
    if (error) return on_closed_({});
    std::istringstream body(std::exchange(body_, {}));
    const CrewMessage message = header_.message;
    read_header();
    on_message_(message, body);
  });
}

bool PipeChannel::send(CrewMessage message, const std::function<void(std::ostream&)>& write_body) {
  std::ostringstream body;
  if (write_body) write_body(body);
  const std::string_view bytes = body.view();
  const Header header{bytes.size(), message};
  const std::array<asio::const_buffer, 2> all{asio::buffer(&header, sizeof header),
                                              asio::buffer(bytes)};
  error_code error;
  asio::write(socket_, all, error);
  return !error;
}

}  // namespace throng::play
