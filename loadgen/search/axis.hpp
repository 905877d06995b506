#pragma once

#include <cstdint>
#include <string>

namespace throng::search {

/// What a search varies: the number of users, or an argument of the scenario. An argument whose
/// heaviest value is the smaller one, e.g. the gap between two messages, is turned over: the load
/// is its inverse.
class Axis {
 public:
  /// `vary` is "users" or "arg:NAME"; `from` and `to` are its lightest and heaviest value as typed,
  /// e.g. "100" and "10k", or "10s" and "50ms".
  /// Errors: std::runtime_error naming the option.
  Axis(const std::string& vary, const std::string& from, const std::string& to);

  bool is_users() const { return argument_.empty(); }
  const std::string& argument() const { return argument_; }
  double from() const { return from_; }  ///< as a load
  double to() const { return to_; }
  double step() const { return is_users() ? 1 : 0; }

  /// "1200", "0.25s": what the load is set by.
  std::string setting(double load) const;
  /// "1,200 users", "gap=0.25s".
  std::string text(double load) const;

 private:
  std::string argument_;
  std::string unit_;  // "s", or empty
  bool inverse_ = false;
  double from_ = 0;
  double to_ = 0;
};

}  // namespace throng::search
