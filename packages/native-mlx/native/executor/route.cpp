#include <mlx/ops.h>

#include <limits>

#include "executor/experts.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array first_columns(const mx::array& x, int count) {
  return count == x.shape(1) ? x : mx::slice(x, {0, 0}, {x.shape(0), count});
}

mx::array softmax_of(const mx::array& x) {
  return mx::softmax(x, -1, true);
}

// Scores of experts in groups that do not stay become 0.
mx::array without_dropped(const mx::array& scores, const ExpertGroups& groups) {
  const int dropped = groups.count - groups.keep;
  if (dropped == 0) return scores;
  const auto grouped = mx::reshape(scores, {scores.shape(0), groups.count, -1});
  const auto of_groups = groups.score == GroupScore::max ? mx::max(grouped, -1) : mx::sum(mx::topk(grouped, 2, -1), -1);
  const auto least = first_columns(mx::argpartition(of_groups, dropped - 1, -1), dropped);
  const auto zeroed = mx::put_along_axis(grouped, mx::expand_dims(least, -1), mx::array(0.0F), -2);
  return mx::reshape(zeroed, scores.shape());
}

mx::array scores_of(const mx::array& input, RouteScoring scoring) {
  if (scoring == RouteScoring::softmax) return softmax_of(input);
  return scoring == RouteScoring::sigmoid ? mx::sigmoid(input) : input;
}

Routing greatest(const mx::array& input, const RouteOperation& operation, const std::optional<mx::array>& bias) {
  const auto scores = scores_of(input, operation.scoring);
  auto choice = bias ? mx::add(scores, *bias) : scores;
  if (operation.groups) choice = without_dropped(choice, *operation.groups);
  const auto order = mx::argpartition(mx::negative(choice), operation.count - 1, -1);
  const auto indices = first_columns(order, operation.count);
  const auto weights = mx::take_along_axis(scores, indices, -1);
  return {indices, operation.softmax ? softmax_of(weights) : weights};
}

Routing mixed_sparsely(const mx::array& input, const RouteOperation& operation) {
  const auto lowest = mx::array(-std::numeric_limits<float>::infinity());
  const auto tolerance = mx::array(2 * operation.jitter);
  std::vector<mx::array> indices;
  std::vector<mx::array> weights;
  auto left = input;
  for (int i = 0; i < operation.count; i++) {
    const auto greatest = mx::max(left, -1, true);
    const auto index = mx::argmax(left, -1, true);
    const auto distance = mx::divide(mx::subtract(greatest, input), mx::maximum(mx::abs(input), greatest));
    const auto near = mx::where(mx::greater(distance, tolerance), lowest, left);
    indices.push_back(index);
    weights.push_back(mx::take_along_axis(softmax_of(near), index, -1));
    left = mx::put_along_axis(left, index, lowest, -1);
  }
  return {mx::concatenate(std::move(indices), -1), mx::concatenate(std::move(weights), -1)};
}

mx::array normalized(const mx::array& weights, const RouteNormalize& normalize) {
  const auto sum = mx::sum(weights, -1, true);
  const auto epsilon = mx::array(normalize.epsilon);
  const bool adds = normalize.mode == RouteNormalization::add;
  return mx::divide(weights, adds ? mx::add(sum, epsilon) : mx::maximum(sum, epsilon));
}

}  // namespace

Routing route(const mx::array& input,
              const RouteOperation& operation,
              const std::optional<mx::array>& selection_bias,
              const std::optional<mx::array>& expert_scale) {
  const auto logits = mx::astype(input, mx::float32);
  const bool sparse = operation.scoring == RouteScoring::sparsemixer;
  auto [indices, weights] = sparse ? mixed_sparsely(logits, operation) : greatest(logits, operation, selection_bias);
  if (operation.normalize) weights = normalized(weights, *operation.normalize);
  if (operation.scale != 1.0F) weights = mx::multiply(weights, mx::array(operation.scale));
  if (expert_scale) weights = mx::multiply(weights, mx::take(*expert_scale, indices, 0));
  return {indices, weights};
}

}  // namespace mlxengine
