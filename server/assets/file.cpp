#include "server/assets/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace throng::assets {
namespace {

using boost::system::error_code;

error_code last_error() { return {errno, boost::system::system_category()}; }

int open_file(const File::Path& path, int flags) {
  return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

}  // namespace

boost::system::result<File> File::open(const Path& path) {
  const int descriptor = open_file(path, O_RDONLY);
  if (descriptor < 0) return last_error();
  return File(descriptor, {});
}

boost::system::result<File> File::make_temporary(const Path& path) {
  const int descriptor = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor < 0) return last_error();
  return File(descriptor, path);
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

error_code File::append(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

boost::system::result<std::size_t> File::read(std::uint64_t offset, std::span<char> into) const {
  std::size_t read = 0;
  while (read < into.size()) {
    const ssize_t count = ::pread(descriptor_, into.data() + read, into.size() - read,
                                  static_cast<off_t>(offset + read));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) break;
    read += static_cast<std::size_t>(count);
  }
  return read;
}

error_code File::sync() const {
  return ::fdatasync(descriptor_) == 0 ? error_code() : last_error();
}

error_code File::keep_as(const Path& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0) return last_error();
  path_.clear();
  return {};
}

boost::system::result<std::optional<std::uint64_t>> size_of(const File::Path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return static_cast<std::uint64_t>(status.st_size);
  if (errno == ENOENT) return std::nullopt;
  return last_error();
}

error_code make_directory(const File::Path& path) {
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? error_code() : last_error();
}

error_code sync_directory(const File::Path& path) {
  const int descriptor = open_file(path, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return last_error();
  const int failed = ::fsync(descriptor);
  const error_code error = failed ? last_error() : error_code();
  ::close(descriptor);
  return error;
}

}  // namespace throng::assets
