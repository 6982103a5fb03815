#include <algorithm>
#include <numeric>

#include "graph/check_operations.h"

namespace mlxengine {

namespace {

void expect_axis(const Checker& checker, int axis, const Shape& shape) {
  const bool fits = axis >= 0 && static_cast<size_t>(axis) < shape.size();
  checker.expect(fits, "axis", "one of " + to_string(shape), std::to_string(axis));
}

}  // namespace

void check(Checker& checker, const ReshapeOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.expect(elements(operation.dimensions) == elements(input),
                 "dimensions",
                 "the elements of " + to_string(input),
                 to_string(operation.dimensions));
  checker.make(operation.output, checker.leading(operation.input), operation.dimensions);
}

void check(Checker& checker, const SliceOperation& operation) {
  Shape shape = checker.real(operation.input, "input");
  expect_axis(checker, operation.axis, shape);
  int& size = shape[static_cast<size_t>(operation.axis)];
  const auto& [input, axis, start, end, step, output] = operation;
  const bool fits = start >= 0 && start < end && end <= size && step > 0;
  checker.expect(fits,
                 "slice",
                 "start < end within " + std::to_string(size),
                 std::to_string(start) + " to " + std::to_string(end));
  size = (end - start - 1) / step + 1;
  checker.make(output, checker.leading(input), shape);
}

void check(Checker& checker, const ConcatOperation& operation) {
  checker.expect(!operation.inputs.empty(), "inputs", "one or more", "none");
  const ValueId first = operation.inputs.front();
  Shape shape = checker.real(first, "inputs");
  expect_axis(checker, operation.axis, shape);
  const auto axis = static_cast<size_t>(operation.axis);
  Shape expected = shape;
  expected[axis] = Checker::any;
  int64_t sum = 0;
  for (const ValueId id : operation.inputs) sum += checker.real(id, "inputs", checker.leading(first), expected)[axis];
  checker.expect(sum <= std::numeric_limits<int>::max(), "inputs", "a size of 31 bits", std::to_string(sum));
  shape[axis] = static_cast<int>(sum);
  checker.make(operation.output, checker.leading(first), shape);
}

void check(Checker& checker, const TransposeOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  Shape sorted = operation.permutation;
  std::sort(sorted.begin(), sorted.end());
  Shape axes(input.size());
  std::iota(axes.begin(), axes.end(), 0);
  checker.expect(sorted == axes, "permutation", "each of " + to_string(axes), to_string(operation.permutation));
  Shape shape;
  for (const int axis : operation.permutation) shape.push_back(input[static_cast<size_t>(axis)]);
  checker.make(operation.output, checker.leading(operation.input), shape);
}

void check(Checker& checker, const BroadcastOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  Shape expected = operation.dimensions;
  checker.expect(expected.size() == input.size(), "dimensions", "as many as " + to_string(input), to_string(expected));
  for (size_t i = 0; i < input.size(); i++) {
    if (input[i] == 1) expected[i] = 1;
  }
  checker.expect_shape(input, expected, "input");
  checker.make(operation.output, checker.leading(operation.input), operation.dimensions);
}

}  // namespace mlxengine
