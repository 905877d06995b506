#include "loadgen/simulate/agenda.hpp"

#include "protocol/ids.hpp"

namespace throng::simulate {

Agenda::Entry Agenda::take() {
  const Event event = queue_.pop();
  clock_.advance_to(event.due);
  ++taken_;
  const auto due = static_cast<std::uint64_t>(event.due.time_since_epoch().count());
  trace_hash_ = protocol::mix(trace_hash_ ^ protocol::mix(due) ^ event.what);
  return {static_cast<Happening>(event.what >> 56),
          static_cast<std::uint32_t>(event.what >> 32) & kLifeMask,
          static_cast<std::uint32_t>(event.what)};
}

}  // namespace throng::simulate
