#pragma once

namespace throng::play {

/// The wish to end a run. While one is there, the first SIGINT or SIGTERM does no more than to set
/// a flag, which whoever waits for something asks for, and to give both signals their default
/// again: the second one ends the process wherever it is. It needs no thread, so the process may
/// fork. One at a time.
class Interruption {
 public:
  Interruption();
  /// Gives both signals their default.
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Does what the first signal does. Any thread.
  void request();
  bool requested() const;
};

}  // namespace throng::play
