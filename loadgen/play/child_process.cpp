#include "loadgen/play/child_process.hpp"

#include <sys/prctl.h>

#include <csignal>

namespace throng::play {

void become_child(int descriptor) {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (descriptor != kChildLine) dup2(descriptor, kChildLine);
  close_range(kChildLine + 1, ~0U, 0);
}

}  // namespace throng::play
