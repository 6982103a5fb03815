#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mlxengine {

// What a file is written to.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // After what was written before.
  virtual void write(const void* data, size_t length) = 0;
  // Over what was written before.
  virtual void rewrite(const void* data, size_t length, uint64_t offset) = 0;
};

// A file that is there as a whole or not at all: written beside its place and moved there by `commit`. One that is not
// committed is removed.
class AtomicFile : public ByteSink {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile() override;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t length) override;
  void rewrite(const void* data, size_t length, uint64_t offset) override;
  void commit();

 private:
  void put(const void* data, size_t length, uint64_t offset);
  [[noreturn]] void fail() const;

  std::string path_;
  std::string unfinished_;
  int descriptor_;
  uint64_t end_ = 0;
};

}  // namespace mlxengine
