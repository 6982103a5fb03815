#include "graph/check_operations.h"

namespace mlxengine {

namespace {

void check_groups(const Checker& checker, const ExpertGroups& groups, int experts) {
  const bool divides = groups.count > 0 && experts % groups.count == 0;
  checker.expect(divides, "groups", "to divide " + std::to_string(experts) + " experts", std::to_string(groups.count));
  checker.expect(groups.keep > 0 && groups.keep <= groups.count,
                 "groups",
                 "1 to " + std::to_string(groups.count) + " to stay",
                 std::to_string(groups.keep));
  const bool enough = groups.score != GroupScore::top2 || experts / groups.count > 1;
  checker.expect(enough, "groups", "two experts or more each", "one");
}

}  // namespace

void check(Checker& checker, const RouteOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.expect_shape(input, {Checker::any}, "input");
  checker.expect_rows(operation.input, "input");
  const int experts = input[0];
  checker.expect(operation.count > 0 && operation.count <= experts,
                 "count",
                 "1 to " + std::to_string(experts),
                 std::to_string(operation.count));
  if (operation.selection_bias) checker.weight(*operation.selection_bias, WeightKind::tensor, {experts});
  if (operation.expert_scale) checker.weight(*operation.expert_scale, WeightKind::tensor, {experts});
  if (operation.groups) check_groups(checker, *operation.groups, experts);
  if (operation.scoring == RouteScoring::sparsemixer) {
    const bool plain = !operation.selection_bias && !operation.groups && !operation.softmax;
    checker.expect(plain, "sparsemixer", "neither bias nor groups nor softmax", "one of them");
  }
  const Leading leading = checker.leading(operation.input);
  checker.make_integers(operation.indices, leading, {operation.count}, experts);
  checker.make(operation.output, leading, {operation.count});
}

void check(Checker& checker, const ExpertLinearOperation& operation) {
  const Shape& indices = checker.integers(operation.indices, "indices");
  checker.expect_shape(indices, {Checker::any}, "indices");
  const Leading leading = checker.leading(operation.indices);
  const Shape& input = checker.real(operation.input, "input");
  checker.expect(!input.empty(), "input", "a trailing dimension", "none");
  const Shape single{input.back()};
  checker.real(operation.input, "input", leading, input.size() == 1 ? single : Shape{indices[0], input.back()});
  const Weight& weight =
      checker.weight(operation.weight, WeightKind::stack, {Checker::any, Checker::any, input.back()});
  const int64_t bound = checker.bound(operation.indices);
  checker.expect(
      bound <= weight.shape[0], "weight", "one for each of " + std::to_string(bound), to_string(weight.shape));
  checker.make(operation.output, leading, {indices[0], weight.shape[1]});
}

void check(Checker& checker, const CombineOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.expect_shape(input, {Checker::any, Checker::any}, "input");
  checker.expect_rows(operation.input, "input");
  const Leading leading = checker.leading(operation.input);
  checker.real(operation.weights, "weights", leading, {input[0]});
  checker.make(operation.output, leading, {input[1]});
}

}  // namespace mlxengine
