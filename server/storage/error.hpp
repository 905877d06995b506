#pragma once

#include <boost/system/error_code.hpp>

namespace throng::storage {

/// Why storage couldn't do what it was asked to.
enum class Error {
  kLocked = 1,   ///< another process has the directory open
  kNewerFormat,  ///< a later release wrote the directory
  kCorrupt,      ///< what is on the disk isn't what was written
  kNoSpace,      ///< the disk is full
  kIo,           ///< the disk or the file system failed
  kStopped,      ///< the committer has been stopped; nothing was kept
};

const boost::system::error_category& error_category();
boost::system::error_code make_error_code(Error error);

}  // namespace throng::storage

template <>
struct boost::system::is_error_code_enum<throng::storage::Error> : std::true_type {};
