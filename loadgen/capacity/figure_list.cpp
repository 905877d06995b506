#include "loadgen/capacity/figure_list.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace throng::capacity {

Expression FigureList::add(const char* name, const char* unit, const Expression& expression) {
  Unit shown = parse_unit(unit);
  if (!(shown.dimension == expression.dimension())) {
    throw std::logic_error{fmt::format("capacity: {} isn't in {}", name, unit)};
  }
  figures_.push_back({name, std::move(shown), expression});
  return expression.named(name);
}

}  // namespace throng::capacity
