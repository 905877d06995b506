#include "loadgen/transport/readiness.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cerrno>

namespace throng::transport {
namespace {

int make_set() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  return fd;
}

epoll_event interest(std::uint64_t token, bool want_writable) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (want_writable) event.events |= EPOLLOUT;
  event.data.u64 = token;
  return event;
}

Readiness::Event to_event(const epoll_event& raw) {
  const auto is = [&raw](std::uint32_t any) { return (raw.events & any) != 0; };
  const bool broken = is(EPOLLERR | EPOLLHUP);
  return {raw.data.u64, broken || is(EPOLLIN), broken || is(EPOLLOUT), broken || is(EPOLLRDHUP)};
}

timespec to_timespec(pacing::Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

}  // namespace

Readiness::Readiness(Waits waits) : set_(make_set()), waits_(waits) {}

Readiness::~Readiness() { close(set_); }

bool Readiness::add(int fd, std::uint64_t token, bool want_writable) {
  epoll_event event = interest(token, want_writable);
  return epoll_ctl(set_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Readiness::change(int fd, std::uint64_t token, bool want_writable) {
  epoll_event event = interest(token, want_writable);
  epoll_ctl(set_, EPOLL_CTL_MOD, fd, &event);
}

std::span<const Readiness::Event> Readiness::wait(pacing::Duration patience) {
  const int count = collect(patience);
  if (count <= 0) return {};
  const auto ready = std::span(events_).first(static_cast<std::size_t>(count));
  std::transform(raw_.begin(), raw_.begin() + count, ready.begin(), to_event);
  return ready;
}

int Readiness::collect(pacing::Duration patience) {
  if (patience > pacing::Duration::zero()) {
    const timespec time = to_timespec(patience);
    if (waits_ == Waits::kByEpoll) {
      const int count = epoll_pwait2(set_, raw_.data(), kMaxEvents, &time, nullptr);
      if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
      waits_ = Waits::kByPpoll;
    }
    pollfd set{set_, POLLIN, 0};
    ppoll(&set, 1, &time, nullptr);
  }
  return epoll_wait(set_, raw_.data(), kMaxEvents, 0);
}

}  // namespace throng::transport
