#pragma once

#include <unistd.h>

#include <array>
#include <utility>

namespace throng::transport {

/// A descriptor that can be read once write() or end() was called.
class Pipe {
 public:
  Pipe() { (void)!pipe(ends_.data()); }
  ~Pipe() {
    end();
    close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  void write() const { (void)!::write(ends_[1], "x", 1); }
  void end() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace throng::transport
