#pragma once

#include <mlx/dtype.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlxengine {

// One tensor of the checkpoint and where its bytes come from: a file, or JavaScript.
struct TensorPlan {
  mlx::core::Dtype dtype = mlx::core::float32;
  std::vector<int> shape;
  uint64_t byte_length = 0;
  std::string file;  // empty: from JavaScript
  uint64_t byte_offset = 0;
};

// Quantization as in MLX. affine: w = q * scale + bias for each group of a row; mxfp4, nvfp4 and mxfp8: floats times
// the group's scale.
struct Quantization {
  int bits;
  int group_size;
  std::string mode = "affine";  // as MLX names it
  bool global_scale = false;    // whether there is `path.global_scale`; nvfp4 alone
};

// Everything that loading needs to know, by checkpoint names.
struct LoadPlan {
  std::map<std::string, TensorPlan> tensors;
  std::map<std::string, Quantization> quantizations;
  mlx::core::Dtype dtype = mlx::core::float32;
  uint64_t file_bytes = 0;  // of the tensors that lie in files
};

}  // namespace mlxengine
