#include "loadgen/transport/readiness.hpp"

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace throng::transport {
namespace {

int make_set() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  return fd;
}

epoll_event interest(std::uint64_t token, bool want_writable) {
  epoll_event event{};
  event.events = want_writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = token;
  return event;
}

}  // namespace

Readiness::Readiness(boost::asio::io_context& io, OnReady on_ready)
    : on_ready_(std::move(on_ready)), set_(io, make_set()) {
  wait();
}

bool Readiness::add(int fd, std::uint64_t token, bool want_writable) {
  epoll_event event = interest(token, want_writable);
  return epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Readiness::change(int fd, std::uint64_t token, bool want_writable) {
  epoll_event event = interest(token, want_writable);
  epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, fd, &event);
}

void Readiness::wait() {
  set_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                  [this](const boost::system::error_code& error) {
                    if (error) return;
                    collect();
                    wait();
                  });
}

void Readiness::collect() {
  const int count = epoll_wait(set_.native_handle(), raw_.data(), kMaxEvents, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& raw = raw_[static_cast<std::size_t>(i)];
    const bool broken = (raw.events & (EPOLLERR | EPOLLHUP)) != 0;
    events_[static_cast<std::size_t>(i)] = {raw.data.u64, broken || (raw.events & EPOLLIN) != 0,
                                            broken || (raw.events & EPOLLOUT) != 0};
  }
  if (count > 0) on_ready_(std::span(events_).first(static_cast<std::size_t>(count)));
}

}  // namespace throng::transport
