#pragma once

#include <span>
#include <string_view>

#include "loadgen/capacity/expression.hpp"
#include "loadgen/capacity/inputs.hpp"

/// What an estimate of a chat service starts from.
namespace throng::capacity {

inline constexpr std::string_view kChatService = "chat";

/// The inputs that such an estimate may have. None has a default: what isn't given is unknown, and
/// so is all that needs it.
std::span<const Term> chat_terms();

/// Throws std::invalid_argument, naming both places, for inputs that contradict each other: more
/// daily users than there are users, two ways to say one thing that disagree.
void check_chat_inputs(const Inputs& inputs);

/// One of a unit, which texts of formulas leave out.
Expression unit_of(const char* unit);

/// What one message makes of deliveries, in deliveries/message.
Expression chat_fan_out(const Inputs& inputs);

}  // namespace throng::capacity
