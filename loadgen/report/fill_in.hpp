#pragma once

#include <map>
#include <string>
#include <string_view>

namespace throng::report {

/// What stands for each {{name}} of a page.
using Values = std::map<std::string_view, std::string>;

/// Puts the values in for their names, in one pass: what a value holds is never looked at again.
/// Requires: there is a value for each name.
std::string fill_in(std::string_view page, const Values& values);

}  // namespace throng::report
