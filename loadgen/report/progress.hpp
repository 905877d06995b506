#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace throng::report {

/// How a run is getting on, as of its last whole second.
struct Progress {
  double elapsed_s = 0;
  std::optional<double> total_s;  ///< nullopt: until it is interrupted
  std::optional<double> speed{};  ///< virtual seconds a real one; nullopt: time is real
  std::uint64_t users_connected = 0;
  double send_rate_per_s = 0;
  double deliver_rate_per_s = 0;
  // Of the last second; nullopt if nothing came.
  std::optional<std::int64_t> p50_ns;
  std::optional<std::int64_t> p99_ns;
  std::uint64_t errors = 0;       ///< since the start
  std::uint64_t outstanding = 0;  ///< deliveries that the ledger still awaits
};

/// One line without its end, of at most `columns` characters; what doesn't fit is left out from the
/// end.
///
///   measured · 42 s of 1m 10s, 28 s left · 10,000 users · send 1,667/s · deliver 1,667/s ·
///   p50 1.21 ms · p99 8.42 ms · 0 errors · 132 outstanding
std::string progress_line(std::string_view phase, const Progress& progress, std::size_t columns);

}  // namespace throng::report
