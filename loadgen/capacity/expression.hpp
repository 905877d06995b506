#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "loadgen/capacity/unit.hpp"

namespace throng::capacity {

/// Arithmetic over variables, built once and evaluated for each draw of them. Dimensions are
/// checked when it is built. Where something that it needs isn't known, it remembers what. A
/// value, cheap to copy.
///
/// Errors: + and -, and larger() throw std::invalid_argument for different dimensions.
class Expression {
 public:
  /// Without a text it only carries a dimension, and text() leaves it out where it is a factor.
  static Expression constant(const Quantity& quantity, std::string text);
  static Expression variable(std::size_t index, std::string name, const Dimension& dimension);
  /// Stands for what isn't known; `needs` says what it would take, e.g. "input.replicas".
  static Expression unknown(const Dimension& dimension, std::string needs);

  /// The same, but text() of what is made of it says `name`.
  Expression named(std::string name) const;

  const Dimension& dimension() const;
  /// What it would take to know the value; empty if it is known.
  const std::set<std::string>& needs() const;
  bool is_known() const { return needs().empty(); }
  /// The variables in it, by index.
  const std::set<std::size_t>& variables() const;
  /// "daily_users × messages_per_user".
  std::string text() const;

  /// In base units. `values` are those of the variables, by index. Requires: is_known().
  double evaluate(std::span<const double> values) const;

  friend Expression operator+(const Expression& a, const Expression& b);
  friend Expression operator-(const Expression& a, const Expression& b);
  friend Expression operator*(const Expression& a, const Expression& b);
  friend Expression operator/(const Expression& a, const Expression& b);
  friend Expression larger(const Expression& a, const Expression& b);
  /// carried_load() of so many servers. `patience` is a plain number.
  friend Expression carried(const Expression& servers, const Expression& patience);
  /// Up to the next whole base unit.
  friend Expression rounded_up(const Expression& a);

 private:
  struct Node;
  enum class Operation : std::uint8_t;

  explicit Expression(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  static Expression combine(Operation operation, const Expression& a, const Expression& b,
                            const Dimension& dimension);
  static Expression of_same(Operation operation, const Expression& a, const Expression& b);

  std::shared_ptr<const Node> node_;
};

}  // namespace throng::capacity
