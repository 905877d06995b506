#include "loadgen/report/fill_in.hpp"

namespace throng::report {

std::string fill_in(std::string_view page, const Values& values) {
  constexpr std::string_view kOpen = "{{";
  constexpr std::string_view kClose = "}}";
  std::string out;
  for (;;) {
    const std::size_t open = page.find(kOpen);
    const std::size_t close = page.find(kClose, open);
    if (open == page.npos || close == page.npos) return out += page;
    out += page.substr(0, open);
    out += values.at(page.substr(open + kOpen.size(), close - open - kOpen.size()));
    page.remove_prefix(close + kClose.size());
  }
}

}  // namespace throng::report
