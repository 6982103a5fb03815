#include "graph/check_operations.h"

namespace mlxengine {

namespace {

constexpr int any = Checker::any;

}  // namespace

void check(Checker& checker, const CausalConvOperation& operation) {
  const auto& state = checker.state<RollingState>(operation.state, "rolling");
  checker.own_state(operation.state);
  const Shape& input = checker.real(operation.input, "input", Leading::tokens, {state.channels});
  checker.weight(operation.weight, WeightKind::tensor, {state.channels, state.width + 1, 1});
  if (operation.bias) checker.weight(*operation.bias, WeightKind::tensor, {state.channels});
  checker.make(operation.output, Leading::tokens, input);
}

void check(Checker& checker, const GatedDeltaOperation& operation) {
  const auto& state = checker.state<MatrixState>(operation.state, "matrix");
  checker.own_state(operation.state);
  const Shape& keys = checker.real(operation.keys, "keys", Leading::tokens, {any, any});
  checker.real(operation.queries, "queries", Leading::tokens, keys);
  const Shape& values = checker.real(operation.values, "values", Leading::tokens, {any, any});
  checker.expect(values[0] % keys[0] == 0, "values", "n · " + std::to_string(keys[0]) + " heads", to_string(values));
  const bool columns = checker.real(operation.decay, "decay").size() > 1;
  checker.real(operation.decay, "decay", Leading::tokens, columns ? Shape{values[0], keys[1]} : Shape{values[0]});
  checker.real(operation.beta, "beta", Leading::tokens, {values[0]});
  checker.expect_shape(state.shape, {values[0], values[1], keys[1]}, "state");
  checker.make(operation.output, Leading::tokens, values);
}

void check(Checker& checker, const SSMScanOperation& operation) {
  const auto& state = checker.state<MatrixState>(operation.state, "matrix");
  checker.own_state(operation.state);
  const Shape& input = checker.real(operation.input, "input", Leading::tokens, {any, any});
  const Shape& b = checker.real(operation.b, "b", Leading::tokens, {any, any});
  checker.real(operation.c, "c", Leading::tokens, b);
  checker.real(operation.dt, "dt", Leading::tokens, {input[0]});
  checker.expect(input[0] % b[0] == 0, "input", "n · " + std::to_string(b[0]) + " heads", to_string(input));
  const bool columns = checker.real(operation.a, "a").size() > 1;
  checker.real(operation.a, "a", Leading::none, columns ? Shape{input[0], b[1]} : Shape{input[0]});
  checker.expect(!columns || input[1] == 1, "a", "one a head where D is not 1", "one a column");
  checker.expect_shape(state.shape, {input[0], input[1], b[1]}, "state");
  checker.make(operation.output, Leading::tokens, input);
}

}  // namespace mlxengine
