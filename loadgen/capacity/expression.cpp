#include "loadgen/capacity/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "loadgen/capacity/erlang.hpp"

namespace throng::capacity {

enum class Expression::Operation : std::uint8_t {
  kConstant,
  kVariable,
  kUnknown,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kLarger,
  kCarried,
  kRoundUp,
};

struct Expression::Node {
  Operation operation;
  Dimension dimension;
  std::set<std::string> needs;
  std::set<std::size_t> variables;
  std::string name;       // of a variable or a figure, or a constant as written; may be empty
  double value = 0;       // of a constant
  std::size_t index = 0;  // of a variable
  std::shared_ptr<const Node> left;
  std::shared_ptr<const Node> right;

  double evaluate(std::span<const double> values) const;
  std::string text() const;
  std::string factor_text() const;
  bool is_sum() const {
    return name.empty() && (operation == Operation::kAdd || operation == Operation::kSubtract);
  }
  /// A constant that only carries a dimension, which texts leave out.
  bool is_one() const { return name.empty() && operation == Operation::kConstant; }
  bool is_quotient() const {
    return name.empty() && operation == Operation::kDivide && !right->is_one();
  }
  bool is_product() const {
    return name.empty() && operation == Operation::kMultiply && !right->is_one();
  }
};

double Expression::Node::evaluate(std::span<const double> values) const {
  switch (operation) {
    case Operation::kConstant:
      return value;
    case Operation::kVariable:
      return values[index];
    case Operation::kAdd:
      return left->evaluate(values) + right->evaluate(values);
    case Operation::kSubtract:
      return left->evaluate(values) - right->evaluate(values);
    case Operation::kMultiply:
      return left->evaluate(values) * right->evaluate(values);
    case Operation::kDivide:
      return left->evaluate(values) / right->evaluate(values);
    case Operation::kLarger:
      return std::max(left->evaluate(values), right->evaluate(values));
    case Operation::kCarried:
      return carried_load(left->evaluate(values), right->evaluate(values));
    case Operation::kRoundUp:
      return std::ceil(left->evaluate(values));
    case Operation::kUnknown:
      break;
  }
  throw std::logic_error{"capacity: an unknown value was evaluated"};
}

std::string Expression::Node::factor_text() const {
  return is_sum() || is_quotient() ? "(" + text() + ")" : text();
}

std::string Expression::Node::text() const {
  if (!name.empty()) return name;
  if (is_one()) return "1";
  switch (operation) {
    case Operation::kAdd:
      return left->text() + " + " + right->text();
    case Operation::kSubtract:
      return left->text() + " − " + right->factor_text();
    case Operation::kMultiply:
      if (right->is_one()) return left->text();
      return left->factor_text() + " × " + right->factor_text();
    case Operation::kDivide:
      if (right->is_one()) return left->text();
      return left->factor_text() + " / " +
             (right->is_product() ? "(" + right->text() + ")" : right->factor_text());
    case Operation::kLarger:
      return fmt::format("max({}, {})", left->text(), right->text());
    case Operation::kCarried:
      return fmt::format("carried({}, {})", left->text(), right->text());
    default:
      return fmt::format("⌈{}⌉", left->text());
  }
}

Expression Expression::constant(const Quantity& quantity, std::string text) {
  return Expression(std::make_shared<Node>(Node{.operation = Operation::kConstant,
                                                .dimension = quantity.dimension,
                                                .needs = {},
                                                .variables = {},
                                                .name = std::move(text),
                                                .value = quantity.value,
                                                .left = nullptr,
                                                .right = nullptr}));
}

Expression Expression::variable(std::size_t index, std::string name, const Dimension& dimension) {
  return Expression(std::make_shared<Node>(Node{.operation = Operation::kVariable,
                                                .dimension = dimension,
                                                .needs = {},
                                                .variables = {index},
                                                .name = std::move(name),
                                                .index = index,
                                                .left = nullptr,
                                                .right = nullptr}));
}

Expression Expression::unknown(const Dimension& dimension, std::string needs) {
  return Expression(std::make_shared<Node>(Node{.operation = Operation::kUnknown,
                                                .dimension = dimension,
                                                .needs = {needs},
                                                .variables = {},
                                                .name = needs,
                                                .left = nullptr,
                                                .right = nullptr}));
}

Expression Expression::named(std::string name) const {
  auto copy = std::make_shared<Node>(*node_);
  copy->name = std::move(name);
  return Expression(std::move(copy));
}

const Dimension& Expression::dimension() const { return node_->dimension; }
const std::set<std::string>& Expression::needs() const { return node_->needs; }
const std::set<std::size_t>& Expression::variables() const { return node_->variables; }
std::string Expression::text() const { return node_->text(); }

double Expression::evaluate(std::span<const double> values) const {
  return node_->evaluate(values);
}

Expression Expression::combine(Operation operation, const Expression& a, const Expression& b,
                               const Dimension& dimension) {
  auto node = std::make_shared<Node>(Node{.operation = operation,
                                          .dimension = dimension,
                                          .needs = a.needs(),
                                          .variables = a.variables(),
                                          .name = {},
                                          .left = a.node_,
                                          .right = b.node_});
  node->needs.insert(b.needs().begin(), b.needs().end());
  node->variables.insert(b.variables().begin(), b.variables().end());
  return Expression(std::move(node));
}

Expression Expression::of_same(Operation operation, const Expression& a, const Expression& b) {
  if (a.dimension() == b.dimension()) return combine(operation, a, b, a.dimension());
  throw std::invalid_argument(fmt::format("{} is in {}, {} in {}: they can't be added or compared",
                                          a.text(), a.dimension().text(), b.text(),
                                          b.dimension().text()));
}

Expression operator+(const Expression& a, const Expression& b) {
  return Expression::of_same(Expression::Operation::kAdd, a, b);
}

Expression operator-(const Expression& a, const Expression& b) {
  return Expression::of_same(Expression::Operation::kSubtract, a, b);
}

Expression operator*(const Expression& a, const Expression& b) {
  return Expression::combine(Expression::Operation::kMultiply, a, b, a.dimension() * b.dimension());
}

Expression operator/(const Expression& a, const Expression& b) {
  return Expression::combine(Expression::Operation::kDivide, a, b, a.dimension() / b.dimension());
}

Expression larger(const Expression& a, const Expression& b) {
  return Expression::of_same(Expression::Operation::kLarger, a, b);
}

Expression carried(const Expression& servers, const Expression& patience) {
  return Expression::combine(Expression::Operation::kCarried, servers, patience,
                             servers.dimension());
}

Expression rounded_up(const Expression& a) {
  return Expression::combine(Expression::Operation::kRoundUp, a, a, a.dimension());
}

}  // namespace throng::capacity
