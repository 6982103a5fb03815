#include "weights/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/failure.h"

namespace mlxengine {

namespace {

// Linux moves at most 2 GiB less a page in one call.
constexpr size_t max_read = size_t{1} << 30;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw FailureError(FailureKind::storage, "[weights] file, expected to be readable, got " + what, path);
}

}  // namespace

// Not blocking, or a pipe in a file's place would hold the owner thread for good.
FileReader::FileReader(const std::string& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) fail(path_, std::strerror(errno));
  struct stat information;
  if (fstat(descriptor_, &information) == 0 && S_ISREG(information.st_mode)) {
    size_ = static_cast<uint64_t>(information.st_size);
    return;
  }
  close(descriptor_);
  fail(path_, "something that is no file");
}

FileReader::~FileReader() {
  close(descriptor_);
}

void FileReader::read(void* into, size_t length, uint64_t offset) const {
  auto* target = static_cast<char*>(into);
  while (length > 0) {
    const ssize_t count = pread(descriptor_, target, std::min(length, max_read), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, std::strerror(errno));
    if (count == 0) fail(path_, "its end " + std::to_string(length) + " bytes early");
    target += count;
    offset += static_cast<uint64_t>(count);
    length -= static_cast<size_t>(count);
  }
}

}  // namespace mlxengine
