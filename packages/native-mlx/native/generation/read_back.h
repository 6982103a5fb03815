#pragma once

#include <mlx/array.h>

#include <vector>

namespace mlxengine {

// Float32 arrays on their way to plain vectors, computed together.
class ReadBack {
 public:
  // Appends the array's elements to the vector, which has to live until `read`.
  void add(std::vector<float>& to, const mlx::core::array& values);
  void read();

 private:
  std::vector<mlx::core::array> arrays_;
  std::vector<std::vector<float>*> targets_;
};

}  // namespace mlxengine
