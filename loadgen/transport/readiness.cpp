#include "loadgen/transport/readiness.hpp"

#include <poll.h>
#include <unistd.h>

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
  event.events = want_writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = token;
  return event;
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
  for (int i = 0; i < count; ++i) {
    const epoll_event& raw = raw_[static_cast<std::size_t>(i)];
    const bool broken = (raw.events & (EPOLLERR | EPOLLHUP)) != 0;
    events_[static_cast<std::size_t>(i)] = {raw.data.u64, broken || (raw.events & EPOLLIN) != 0,
                                            broken || (raw.events & EPOLLOUT) != 0};
  }
  return std::span(events_).first(static_cast<std::size_t>(count));
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
