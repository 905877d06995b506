#include "loadgen/compare/share_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace throng::compare {
namespace {

constexpr double kPercent = 100;

std::string number(double share) {
  const double percent = share * kPercent;
  std::string text = fmt::format("{:.{}f}", percent, std::abs(percent) < 9.995 ? 2 : 1);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

std::string share_text(double share) { return std::isfinite(share) ? number(share) + "%" : "any"; }

std::string signed_share_text(double share) {
  const std::string text = share_text(share);
  return share > 0 && text != "0%" && std::isfinite(share) ? "+" + text : text;
}

std::string worse_text(double loss) {
  return share_text(std::abs(loss)) + (loss < 0 ? " better" : " worse");
}

std::string interval_text(const Interval& loss) {
  if (!std::isfinite(loss.low) || !std::isfinite(loss.high)) return "anything";
  return signed_share_text(loss.low) + " to " + signed_share_text(loss.high);
}

}  // namespace throng::compare
