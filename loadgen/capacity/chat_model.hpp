#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "loadgen/capacity/estimate.hpp"
#include "loadgen/capacity/inputs.hpp"

/// What follows from an estimate of a chat service.
namespace throng::capacity {

inline constexpr std::string_view kChatService = "chat";

/// The inputs that such an estimate may have. None has a default: what isn't given is unknown, and
/// so is all that needs it.
std::span<const Term> chat_terms();

/// Throws std::invalid_argument, naming both places, for inputs that contradict each other: more
/// daily users than there are users, two ways to say one thing that disagree.
void check_chat_inputs(const Inputs& inputs);

/// A measured figure, or an unknown that says why there is none.
using Measured = std::function<Expression(const std::string& name)>;

/// All that follows, in the order of reports: load, storage, network, memory, cores, machines.
std::vector<Figure> chat_figures(const Inputs& inputs, const Measured& measured);

/// What one message makes of deliveries, in deliveries/message.
Expression chat_fan_out(const Inputs& inputs);

}  // namespace throng::capacity
