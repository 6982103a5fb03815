#include "generation/read_back.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

namespace mx = mlx::core;

namespace mlxengine {

void ReadBack::add(std::vector<float>& to, const mx::array& values) {
  arrays_.push_back(mx::contiguous(mx::astype(values, mx::float32)));
  targets_.push_back(&to);
}

void ReadBack::read() {
  mx::eval(arrays_);
  for (size_t i = 0; i < arrays_.size(); i++) {
    const float* data = arrays_[i].data<float>();
    targets_[i]->insert(targets_[i]->end(), data, data + arrays_[i].size());
  }
  arrays_.clear();
  targets_.clear();
}

}  // namespace mlxengine
