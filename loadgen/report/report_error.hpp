#pragma once

#include <string>

namespace throng::report {

/// Why something could not be read: a sentence for people that names the file or expression, the
/// place in it and what was expected. The error of this room's `boost::system::result`s.
struct ReportError {
  std::string message;
};

}  // namespace throng::report
