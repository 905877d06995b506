#pragma once

#include <unistd.h>

#include <array>

namespace throng::transport {

/// A descriptor that can be read once write() was called.
class Pipe {
 public:
  Pipe() { (void)!pipe(ends_.data()); }
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  void write() const { (void)!::write(ends_[1], "x", 1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace throng::transport
