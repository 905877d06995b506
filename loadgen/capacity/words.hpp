#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

/// How the reports of an assessment say things.
namespace throng::capacity {

/// "6.1 to 8.4 TB/day", "900 GB/day to 1.2 TB/day".
std::string range_text(double low, double high, const Unit& unit);
/// "7.2 TB/day", or the range from P5 to P95; "unknown".
std::string spread_text(const std::optional<Spread>& value, const Unit& unit);
/// "20B messages/day", "at most 500 ms".
std::string claimed_text(const Claim& claim);
/// "-72.2%": by how much the claim is off; empty when that isn't known.
std::string error_text(const Finding& finding);
/// "group_chat_500m.lua · service chat · …": what the figures are made of.
std::string provenance_text(const Assessment& assessment);
/// "cpu: fitted to 12 runs, residuals of 2.1%", or why that isn't used.
std::string cost_use_text(const UsedCost& cost);
/// What a planner orders by, as far as it is known: with P50 and P90.
std::vector<const DerivedFigure*> order_figures(const Assessment& assessment);
/// "2 confirmed, 2 refuted, 3 not proved".
std::string count_text(const Assessment& assessment);

}  // namespace throng::capacity
