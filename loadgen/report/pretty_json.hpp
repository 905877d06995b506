#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace throng::report {

/// JSON for people to read: objects have a member a line, arrays fill lines of up to 100 columns.
/// Whole numbers have no exponent and no point; other numbers have 12 significant digits, so that
/// writing what was read gives the same text; what isn't finite is null.
///
///   {
///     "curve": [[0, 52000], [99.9, 1234567]]
///   }
std::string pretty_json(const boost::json::value& value);

/// The same on one line, for values that hold no objects.
std::string compact_json(const boost::json::value& value);

}  // namespace throng::report
