#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

namespace throng::assets {

/// A file of the store's, closed when it goes, and removed if it is temporary. Errors are errno's.
class File {
 public:
  using Path = std::filesystem::path;

  static boost::system::result<File> open(const Path& path);
  /// Makes a file that wasn't there. It is removed again unless it gets a name to stay.
  static boost::system::result<File> make_temporary(const Path& path);

  File() = default;
  File(File&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::exchange(other.path_, {})) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    return *this;
  }
  ~File();

  bool is_open() const { return descriptor_ >= 0; }
  boost::system::error_code append(std::span<const char> bytes);
  /// Fewer bytes than fit only at the end of the file.
  boost::system::result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
  /// The bytes have reached the disk on return.
  boost::system::error_code sync() const;
  /// Gives a temporary file the name under which it stays, in place of what had it.
  boost::system::error_code keep_as(const Path& path);

 private:
  File(int descriptor, Path temporary) : descriptor_(descriptor), path_(std::move(temporary)) {}

  int descriptor_ = -1;
  Path path_;  ///< of a temporary file
};

/// nullopt: there is no such file.
boost::system::result<std::optional<std::uint64_t>> size_of(const File::Path& path);

/// Makes a directory unless it is there.
boost::system::error_code make_directory(const File::Path& path);

/// The names in a directory have reached the disk on return.
boost::system::error_code sync_directory(const File::Path& path);

}  // namespace throng::assets
