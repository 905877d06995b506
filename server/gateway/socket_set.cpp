#include "server/gateway/socket_set.hpp"

#include <sys/epoll.h>

#include <boost/system/system_error.hpp>
#include <cerrno>

namespace throng::gateway {
namespace {

constexpr std::uint64_t kSharedBit = std::uint64_t{1} << 63;

std::uint64_t packed(SocketSet::Owner owner) {
  const std::uint64_t kind = owner.kind == SocketSet::Owner::Kind::kShared ? kSharedBit : 0;
  return kind | std::uint64_t{owner.slot} << 32 | owner.generation;
}

SocketSet::Owner unpacked(std::uint64_t data) {
  using Kind = SocketSet::Owner::Kind;
  return {.kind = (data & kSharedBit) != 0 ? Kind::kShared : Kind::kSession,
          .slot = static_cast<std::uint32_t>((data & ~kSharedBit) >> 32),
          .generation = static_cast<std::uint32_t>(data)};
}

SocketSet::Ready unpacked(const epoll_event& event) {
  return {.owner = unpacked(event.data.u64),
          .readable = (event.events & EPOLLIN) != 0,
          .writable = (event.events & EPOLLOUT) != 0,
          .over = (event.events & (EPOLLERR | EPOLLHUP)) != 0};
}

}  // namespace

SocketSet::SocketSet() : set_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor() < 0) {
    throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  }
}

bool SocketSet::add(const Socket& socket, Owner owner, Interest interest) {
  return control(EPOLL_CTL_ADD, socket, owner, interest);
}

void SocketSet::change(const Socket& socket, Owner owner, Interest interest) {
  control(EPOLL_CTL_MOD, socket, owner, interest);
}

bool SocketSet::control(int operation, const Socket& socket, Owner owner, Interest interest) {
  epoll_event event{};
  event.events = (interest.read ? EPOLLIN : 0U) | (interest.write ? EPOLLOUT : 0U);
  event.data.u64 = packed(owner);
  return ::epoll_ctl(descriptor(), operation, socket.descriptor(), &event) == 0;
}

std::span<const SocketSet::Ready> SocketSet::poll() {
  std::array<epoll_event, kMaxReady> events;
  const int count = ::epoll_wait(descriptor(), events.data(), kMaxReady, 0);
  const std::size_t ready = count > 0 ? static_cast<std::size_t>(count) : 0;
  for (std::size_t i = 0; i < ready; ++i) ready_[i] = unpacked(events[i]);
  return std::span(ready_).first(ready);
}

}  // namespace throng::gateway
