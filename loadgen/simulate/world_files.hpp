#pragma once

#include <string_view>

/// The files of scenarios/worlds that come with the program.
namespace throng::simulate {

extern const std::string_view kOneNode;
extern const std::string_view kReferenceCosts;

}  // namespace throng::simulate
