#include <algorithm>

#include "graph/check_operations.h"

namespace mlxengine {

namespace {

void same(Checker& checker, ValueId input, ValueId output) {
  const Shape& shape = checker.real(input, "input");
  checker.make(output, checker.leading(input), shape);
}

// A value with a last dimension.
const Shape& last(Checker& checker, ValueId input) {
  const Shape& shape = checker.real(input, "input");
  checker.expect(!shape.empty(), "input", "a trailing dimension", "none");
  return shape;
}

template <typename Norm>
const Shape& norm(Checker& checker, const Norm& operation) {
  const Shape& input = last(checker, operation.input);
  if (operation.weight) checker.weight(*operation.weight, WeightKind::vector, {input.back()});
  checker.expect(operation.epsilon >= 0, "epsilon", "0 or more", std::to_string(operation.epsilon));
  return input;
}

int dimension_from_end(const Shape& shape, size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

}  // namespace

void check(Checker& checker, const UnaryOperation& operation) {
  same(checker, operation.input, operation.output);
}

void check(Checker& checker, const BinaryOperation& operation) {
  const Shape& left = checker.real(operation.left, "left");
  const Shape& right = checker.real(operation.right, "right");
  const Leading a = checker.leading(operation.left);
  const Leading b = checker.leading(operation.right);
  checker.expect(a == b || a == Leading::none || b == Leading::none, "inputs", "one leading dimension", "two");
  Shape output(std::max(left.size(), right.size()));
  for (size_t i = 0; i < output.size(); i++) {
    const int x = dimension_from_end(left, i);
    const int y = dimension_from_end(right, i);
    checker.expect(x == y || x == 1 || y == 1, "inputs", "shapes that fit " + to_string(left), to_string(right));
    output[output.size() - 1 - i] = x == 1 ? y : x;
  }
  checker.make(operation.output, a == Leading::none ? b : a, output);
}

void check(Checker& checker, const ScaleOperation& operation) {
  same(checker, operation.input, operation.output);
}

void check(Checker& checker, const ClipOperation& operation) {
  const bool ordered = !operation.minimum || !operation.maximum || *operation.minimum <= *operation.maximum;
  checker.expect(ordered, "bounds", "minimum <= maximum", "the reverse");
  same(checker, operation.input, operation.output);
}

void check(Checker& checker, const GatedOperation& operation) {
  const Shape& gate = checker.real(operation.gate, "gate");
  const Leading leading = checker.leading(operation.gate);
  checker.real(operation.up, "up", leading, gate);
  checker.make(operation.output, leading, gate);
}

void check(Checker& checker, const ReduceOperation& operation) {
  Shape output = last(checker, operation.input);
  output.back() = 1;
  checker.make(operation.output, checker.leading(operation.input), output);
}

void check(Checker& checker, const SoftmaxOperation& operation) {
  const Shape& input = last(checker, operation.input);
  checker.make(operation.output, checker.leading(operation.input), input);
}

void check(Checker& checker, const RmsNormOperation& operation) {
  const Shape& input = norm(checker, operation);
  if (operation.weight) {
    const Weight& weight = checker.graph().weights[static_cast<size_t>(*operation.weight)];
    checker.expect(!weight.bias, weight.path, "no bias", "one");
  }
  checker.make(operation.output, checker.leading(operation.input), input);
}

void check(Checker& checker, const LayerNormOperation& operation) {
  checker.make(operation.output, checker.leading(operation.input), norm(checker, operation));
}

void check(Checker& checker, const L2NormOperation& operation) {
  const Shape& input = last(checker, operation.input);
  checker.expect(operation.epsilon >= 0, "epsilon", "0 or more", std::to_string(operation.epsilon));
  checker.make(operation.output, checker.leading(operation.input), input);
}

}  // namespace mlxengine
