#include "graph/check_operations.h"

namespace mlxengine {

void check(Checker& checker, const LinearOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.expect_shape(input, {Checker::any}, "input");
  checker.expect_rows(operation.input, "input");
  const Weight& weight = checker.weight(operation.weight, WeightKind::matrix, {Checker::any, input[0]});
  checker.make(operation.output, checker.leading(operation.input), {weight.shape[0]});
}

void check(Checker& checker, const HeadLinearOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.expect_shape(input, {Checker::any, Checker::any}, "input");
  checker.expect_rows(operation.input, "input");
  const Weight& weight = checker.weight(operation.weight, WeightKind::stack, {input[0], Checker::any, input[1]});
  checker.make(operation.output, checker.leading(operation.input), {input[0], weight.shape[1]});
}

void check(Checker& checker, const MatmulOperation& operation) {
  const Shape& left = checker.real(operation.left, "left");
  checker.expect_shape(left, {Checker::any, Checker::any}, "left");
  const Leading leading = checker.leading(operation.left);
  const Shape& right = checker.real(operation.right, "right", leading, {left[1], Checker::any});
  checker.make(operation.output, leading, {left[0], right[1]});
}

}  // namespace mlxengine
