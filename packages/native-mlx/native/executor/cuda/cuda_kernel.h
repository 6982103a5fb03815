#pragma once

#include <mlx/array.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "executor/cuda/cuda_driver.h"

namespace mlxengine {

// Memory for what own kernels make. MLX's allocator gives a primitive from outside only memory that host and device
// share, which is slow; so buffers of the device's own are kept and used again once nobody holds them.
class CudaBuffers {
 public:
  // An array of that shape and dtype with memory whose content is anything.
  mlx::core::array take(const mlx::core::Shape& shape, mlx::core::Dtype dtype);

 private:
  void add(size_t bytes);

  std::map<size_t, std::deque<mlx::core::array>> kept_;
};

// Plain values among a kernel's arguments, in order, in memory of its own: launches are many and small.
class CudaScalars {
 public:
  template <typename Value>
  CudaScalars& add(const Value& value) {
    const size_t start = (used_ + alignof(Value) - 1) / alignof(Value) * alignof(Value);
    std::memcpy(bytes_.data() + start, &value, sizeof(Value));
    starts_[count_++] = start;
    used_ = start + sizeof(Value);
    return *this;
  }
  size_t count() const { return count_; }
  void* at(size_t number) { return bytes_.data() + starts_[number]; }

 private:
  alignas(8) std::array<std::byte, 320> bytes_;
  std::array<size_t, 8> starts_;
  size_t used_ = 0;
  size_t count_ = 0;
};

// A kernel's arrays in the order of its arguments: what it reads, and then what it makes.
class CudaArrays {
 public:
  enum class Use : uint8_t {
    none,  // a null pointer
    read,
    write,  // or both; no launch before it is still at work on the array
  };

  CudaArrays& add(const mlx::core::array& array, Use use = Use::read) {
    entries_.push_back({array, use});
    return *this;
  }
  CudaArrays& add(const std::optional<mlx::core::array>& array) {
    entries_.push_back({array, array ? Use::read : Use::none});
    return *this;
  }
  CudaArrays& writes(const mlx::core::array& array) { return add(array, Use::write); }

  struct Entry {
    std::optional<mlx::core::array> array;
    Use use;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// Launches one after another as one operation of MLX, whose own work for an operation is more than that for a launch.
// What only goes from launch to launch lies in arrays that are evaluated already.
class CudaSequence {
 public:
  explicit CudaSequence(std::shared_ptr<const CudaDriver> driver) : driver_(std::move(driver)) {}

  // Arguments are the arrays and then the scalars.
  void add(const CudaLaunch& launch, CudaArrays arrays, const CudaScalars& scalars) {
    launches_.push_back({launch, std::move(arrays), scalars});
  }

  // `inputs` need not be evaluated yet. Returns an array for each of `made`, memory that launches write, and then one
  // for each of `updated`, inputs that they write in place.
  std::vector<mlx::core::array> run(std::vector<mlx::core::array> inputs,
                                    std::vector<mlx::core::array> made,
                                    const std::vector<mlx::core::array>& updated = {}) &&;

  struct Launch {
    CudaLaunch launch;
    CudaArrays arrays;
    CudaScalars scalars;
  };

 private:
  std::shared_ptr<const CudaDriver> driver_;
  std::vector<Launch> launches_;
};

}  // namespace mlxengine
