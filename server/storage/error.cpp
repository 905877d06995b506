#include "server/storage/error.hpp"

#include <string>

namespace throng::storage {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "throng.storage"; }

  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::kLocked:
        return "another process has the data directory open";
      case Error::kNewerFormat:
        return "the data directory was written by a newer release";
      case Error::kCorrupt:
        return "the data on the disk is damaged";
      case Error::kNoSpace:
        return "the disk is full";
      case Error::kIo:
        return "the disk or the file system failed";
      case Error::kStopped:
        return "storage has been stopped";
    }
    return "unknown storage error";
  }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace throng::storage
