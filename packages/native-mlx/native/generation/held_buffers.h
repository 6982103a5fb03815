#pragma once

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace mlxengine {

// Memory that a state holds; the same id means the same memory.
struct HeldBuffer {
  const void* id;
  size_t bytes;
};

// Memory that several states hold, what they share counted once.
class HeldBuffers {
 public:
  void add(const std::vector<HeldBuffer>& buffers) {
    for (const auto& [id, size] : buffers) {
      if (counts_[id]++ == 0) bytes_ += size;
    }
  }

  void remove(const std::vector<HeldBuffer>& buffers) {
    for (const auto& [id, size] : buffers) {
      const auto count = counts_.find(id);
      if (count == counts_.end() || --count->second > 0) continue;
      counts_.erase(count);
      bytes_ -= size;
    }
  }

  // Bytes that `add` would add.
  size_t missing(const std::vector<HeldBuffer>& buffers) const {
    size_t sum = 0;
    std::unordered_set<const void*> seen;
    for (const auto& [id, size] : buffers) {
      if (counts_.count(id) == 0 && seen.insert(id).second) sum += size;
    }
    return sum;
  }

  size_t bytes() const { return bytes_; }

 private:
  std::unordered_map<const void*, size_t> counts_;
  size_t bytes_ = 0;
};

}  // namespace mlxengine
