#pragma once

#include <unistd.h>

namespace throng::play {

/// The one descriptor, beside input, output and errors, that a process forked off the generator
/// keeps.
inline constexpr int kChildLine = STDERR_FILENO + 1;

/// What a process does first that was forked off the generator to serve it: it leaves Ctrl-C to
/// the generator, dies with it, and closes everything but `descriptor`, which becomes kChildLine.
void become_child(int descriptor);

}  // namespace throng::play
