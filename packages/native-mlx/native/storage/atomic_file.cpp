#include "storage/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "runtime/failure.h"

namespace mlxengine {

namespace {

// Linux moves at most 2 GiB less a page in one call.
constexpr size_t max_write = size_t{1} << 30;

std::string unfinished_name(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + "." + std::to_string(getpid()) + "-" + std::to_string(count.fetch_add(1)) + ".part";
}

// A device or a folder is nothing to put a file in the place of.
std::string replaceable(std::string path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw FailureError(FailureKind::writing, "[storage] file, expected a regular one or none, got another kind", path);
  }
  return path;
}

}  // namespace

AtomicFile::AtomicFile(std::string path)
    : path_(replaceable(std::move(path))),
      unfinished_(unfinished_name(path_)),
      descriptor_(open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (descriptor_ < 0) fail();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(unfinished_.c_str());
}

void AtomicFile::fail() const {
  throw FailureError(
      FailureKind::writing, std::string("[storage] file, expected to be writable, got ") + std::strerror(errno), path_);
}

void AtomicFile::write(const void* data, size_t length) {
  put(data, length, end_);
  end_ += length;
}

void AtomicFile::rewrite(const void* data, size_t length, uint64_t offset) {
  put(data, length, offset);
}

void AtomicFile::put(const void* data, size_t length, uint64_t offset) {
  const auto* source = static_cast<const char*>(data);
  while (length > 0) {
    const ssize_t count = pwrite(descriptor_, source, std::min(length, max_write), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    source += count;
    offset += static_cast<uint64_t>(count);
    length -= static_cast<size_t>(count);
  }
}

void AtomicFile::commit() {
  if (fsync(descriptor_) != 0) fail();
  if (std::rename(unfinished_.c_str(), path_.c_str()) != 0) fail();
  close(descriptor_);
  descriptor_ = -1;
}

}  // namespace mlxengine
