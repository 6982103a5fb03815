#include "executor/shapes.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::Shape whole_shape(const mx::array& x, const std::vector<int>& dimensions, int leading) {
  mx::Shape shape(x.shape().begin(), x.shape().begin() + leading);
  shape.insert(shape.end(), dimensions.begin(), dimensions.end());
  return shape;
}

}  // namespace

mx::array reshape(const mx::array& x, const std::vector<int>& dimensions, int leading) {
  return mx::reshape(x, whole_shape(x, dimensions, leading));
}

mx::array slice(const mx::array& x, const SliceOperation& operation, int leading) {
  const auto axis = static_cast<size_t>(operation.axis + leading);
  mx::Shape start(x.ndim(), 0);
  mx::Shape stop = x.shape();
  mx::Shape strides(x.ndim(), 1);
  start[axis] = operation.start;
  stop[axis] = operation.end;
  strides[axis] = operation.step;
  return mx::slice(x, std::move(start), std::move(stop), std::move(strides));
}

mx::array concat(std::vector<mx::array> inputs, int axis, int leading) {
  return inputs.size() == 1 ? inputs.front() : mx::concatenate(std::move(inputs), axis + leading);
}

mx::array transpose(const mx::array& x, const std::vector<int>& permutation, int leading) {
  std::vector<int> axes(static_cast<size_t>(leading), 0);
  for (const int axis : permutation) axes.push_back(axis + leading);
  return mx::transpose(x, std::move(axes));
}

mx::array broadcast(const mx::array& x, const std::vector<int>& dimensions, int leading) {
  return mx::broadcast_to(x, whole_shape(x, dimensions, leading));
}

}  // namespace mlxengine
