#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mlxengine {

// A file that is read by ranges. Nothing is mapped: a file that shrinks while it is read is an error, not a SIGBUS.
class FileReader {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  const std::string& path() const { return path_; }
  // Bytes, when it was opened.
  uint64_t size() const { return size_; }

  // Reads exactly `length` bytes.
  void read(void* into, size_t length, uint64_t offset) const;

 private:
  std::string path_;
  int descriptor_;
  uint64_t size_ = 0;
};

}  // namespace mlxengine
