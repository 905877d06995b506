#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "loadgen/play/run.hpp"

namespace throng::commands {

/// What it printed, in its directory.
inline constexpr const char* kProbeOutput = "probe.txt";

/// Plays a run in a process of its own, so that each begins as the first one did, and leaves in
/// options.out_dir what `throng run` leaves, with what it would have printed in kProbeOutput. When
/// `interrupted` says so, it is told to end as by Ctrl-C. Gives its exit code.
/// Requires: this process has one thread only.
/// Errors: std::runtime_error when there can't be a process, or a signal ended it.
int play_apart(const play::RunOptions& options, const std::function<bool()>& interrupted);

/// The last line of what a process of this program printed, without the program's name; of other
/// programs all of it. Errors: std::runtime_error naming the path.
std::string last_line(const std::filesystem::path& path);

}  // namespace throng::commands
