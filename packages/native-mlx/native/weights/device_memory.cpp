#include "weights/device_memory.h"

#include <mlx/backend/cuda/cuda.h>
#include <mlx/device.h>
#include <mlx/io.h>
#include <mlx/io/load.h>
#include <mlx/memory.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// An array's bytes as a file of numbers in NumPy's format, which MLX loads into the device's memory.
class ArrayReader : public mx::io::Reader {
 public:
  explicit ArrayReader(mx::array array) : array_(std::move(array)) {
    const std::string text =
        "{'descr': '<u4', 'fortran_order': False, 'shape': (" + std::to_string(array_.nbytes() / 4) + ",), }";
    header_ = std::string("\x93NUMPY\x01\x00", 8);
    header_ += static_cast<char>(text.size());
    header_ += '\0';
    header_ += text;
  }

  bool is_open() const override { return true; }
  bool good() const override { return true; }
  size_t tell() override { return at_; }
  void seek(int64_t offset, std::ios_base::seekdir) override { at_ = static_cast<size_t>(offset); }
  void read(char* into, size_t length) override {
    read(into, length, at_);
    at_ += length;
  }
  void read(char* into, size_t length, size_t offset) override {
    if (offset < header_.size()) {
      std::memcpy(into, header_.data() + offset, std::min(length, header_.size() - offset));
    } else {
      std::memcpy(into, array_.data<char>() + (offset - header_.size()), length);
    }
  }
  std::string label() const override { return "weight"; }

 private:
  mx::array array_;
  std::string header_;
  size_t at_ = 0;
};

// Or a tensor on the device would get the shared memory that the one before it left.
class NoCache {
 public:
  NoCache() : limit_(mx::set_cache_limit(0)) { mx::clear_cache(); }
  ~NoCache() { mx::set_cache_limit(limit_); }
  NoCache(const NoCache&) = delete;
  NoCache& operator=(const NoCache&) = delete;

 private:
  size_t limit_;
};

void move(mx::array& array) {
  // What is small is read once and then cached.
  constexpr size_t least_bytes = 4096;
  if (array.nbytes() < least_bytes || array.nbytes() % 4 != 0) return;
  const auto loaded = mx::load(std::make_shared<ArrayReader>(array), mx::Device::gpu);
  auto moved = mx::reshape(mx::view(loaded, array.dtype()), array.shape());
  mx::eval(moved);
  mx::synchronize();
  array = moved;
}

void move(std::optional<mx::array>& array) {
  if (array) move(*array);
}

}  // namespace

void move_to_device(LoadedWeights& weights) {
  if (mx::default_device() == mx::Device::cpu || !mx::cu::is_available()) return;
  const NoCache none;
  for (LoadedWeight& weight : weights) {
    mx::eval(weight.weight);
    move(weight.weight);
    move(weight.scales);
    move(weight.biases);
    move(weight.bias);
  }
}

}  // namespace mlxengine
