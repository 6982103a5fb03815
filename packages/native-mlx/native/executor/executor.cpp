#include "executor/executor.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <map>

#include "executor/attention.h"
#include "executor/causal_conv.h"
#include "executor/gated_delta.h"
#include "executor/latent_attention.h"
#include "executor/pool.h"
#include "executor/rope.h"
#include "executor/ssm_scan.h"
#include "executor/weight_operations.h"
#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

using Values = std::vector<std::optional<mx::array>>;

// Runs one operation of any kind on the values so far. A value that nobody wants, because no logits were asked for,
// stays empty, and so does what is made of it.
class OperationRunner {
 public:
  OperationRunner(const LoadedWeights& weights, const Step& step, Values& values)
      : weights_(weights), step_(step), values_(values) {}

  void set_rope_periods(const std::optional<mx::array>* periods) { rope_periods_ = periods; }

  void operator()(const TokensOperation& operation) { at(operation.output) = step_.tokens; }

  void operator()(const EmbeddingOperation& operation) {
    if (const auto& ids = at(operation.input)) at(operation.output) = embedding(*ids, weight(operation.weight));
  }

  void operator()(const LinearOperation& operation) {
    if (const auto& x = at(operation.input)) at(operation.output) = linear(*x, weight(operation.weight));
  }

  void operator()(const RmsNormOperation& operation) {
    if (const auto& x = at(operation.input))
      at(operation.output) = mx::fast::rms_norm(*x, weight(*operation.weight).weight, operation.epsilon);
  }

  void operator()(const ReshapeOperation& operation) {
    const auto& x = at(operation.input);
    if (!x) return;
    mx::Shape shape{x->shape(0)};
    for (const int dimension : operation.dimensions) shape.push_back(dimension);
    at(operation.output) = mx::reshape(*x, std::move(shape));
  }

  void operator()(const RopeOperation& operation) {
    if (const auto& x = at(operation.input)) at(operation.output) = rope(*x, operation, **rope_periods_, step_);
  }

  void operator()(const AttentionOperation& operation) {
    const auto& queries = at(operation.queries);
    const auto& keys = at(operation.keys);
    const auto& values = at(operation.values);
    if (!queries || !keys || !values) return;
    std::optional<mx::array> sinks;
    if (operation.sinks) sinks = weight(*operation.sinks).weight;
    at(operation.output) = attention(*queries, *keys, *values, sinks, operation, step_);
  }

  void operator()(const LatentAttentionOperation& operation) {
    const LatentInputs inputs{
        *at(operation.queries), *at(operation.rotated_queries), *at(operation.latents), *at(operation.rotated_keys)};
    at(operation.output) =
        latent_attention(inputs, weight(operation.key_weight), weight(operation.value_weight), operation, step_);
  }

  void operator()(const CausalConvOperation& operation) {
    std::optional<mx::array> bias;
    if (operation.bias) bias = weight(*operation.bias).weight;
    at(operation.output) = causal_conv(*at(operation.input), weight(operation.weight).weight, bias, operation, step_);
  }

  void operator()(const GatedDeltaOperation& operation) {
    const GatedDeltaInputs inputs{
        *at(operation.queries), *at(operation.keys), *at(operation.values), *at(operation.decay), *at(operation.beta)};
    at(operation.output) = gated_delta(inputs, operation, step_);
  }

  void operator()(const SSMScanOperation& operation) {
    const SSMInputs inputs{
        *at(operation.input), *at(operation.dt), *at(operation.a), *at(operation.b), *at(operation.c)};
    at(operation.output) = ssm_scan(inputs, operation, step_);
  }

  void operator()(const PoolOperation& operation) {
    at(operation.output) = pool(*at(operation.input), operation.mode, step_);
  }

  void operator()(const GatedOperation& operation) {
    const auto& gate = at(operation.gate);
    const auto& up = at(operation.up);
    if (gate && up) at(operation.output) = mx::multiply(mx::multiply(*gate, mx::sigmoid(*gate)), *up);
  }

  void operator()(const BinaryOperation& operation) {
    const auto& left = at(operation.left);
    const auto& right = at(operation.right);
    if (left && right) at(operation.output) = mx::add(*left, *right);
  }

  void operator()(const SelectRowsOperation& operation) {
    const auto& x = at(operation.input);
    if (!x || step_.rows.empty()) return;
    if (static_cast<int>(step_.rows.size()) == x->shape(0)) {
      at(operation.output) = *x;
    } else {
      at(operation.output) =
          mx::take(*x, mx::array(step_.rows.begin(), {static_cast<int>(step_.rows.size())}, mx::int32), 0);
    }
  }

  template <typename Other>
  void operator()(const Other&) {
    throw FailureError(FailureKind::backend, "[executor] operation, expected one that is built in, got another");
  }

 private:
  std::optional<mx::array>& at(ValueId id) { return values_[static_cast<size_t>(id)]; }
  const LoadedWeight& weight(WeightId id) const { return weights_[static_cast<size_t>(id)]; }

  const LoadedWeights& weights_;
  const Step& step_;
  Values& values_;
  const std::optional<mx::array>* rope_periods_ = nullptr;
};

std::vector<std::optional<mx::array>> shared_rope_periods(const Graph& graph) {
  std::map<std::vector<double>, mx::array> shared;
  std::vector<std::optional<mx::array>> periods(graph.operations.size());
  for (size_t i = 0; i < graph.operations.size(); i++) {
    const auto* rope = std::get_if<RopeOperation>(&graph.operations[i]);
    if (rope == nullptr) continue;
    auto found = shared.find(rope->inverse_frequencies);
    if (found == shared.end()) found = shared.emplace(rope->inverse_frequencies, rope_periods(*rope)).first;
    periods[i] = found->second;
  }
  return periods;
}

}  // namespace

Executor::Executor(const Graph& graph, LoadedWeights weights)
    : graph_(graph), weights_(std::move(weights)), rope_periods_(shared_rope_periods(graph)) {}

StepOutputs Executor::run(const Step& step) const {
  Values values(graph_.values.size());
  OperationRunner runner(weights_, step, values);
  for (size_t i = 0; i < graph_.operations.size(); i++) {
    runner.set_rope_periods(&rope_periods_[i]);
    std::visit(runner, graph_.operations[i]);
  }
  for (const SequenceRows& rows : step.sequences) rows.sequence->advance(rows.count);
  const auto output = [&](const std::optional<ValueId>& id) {
    return id ? values[static_cast<size_t>(*id)] : std::nullopt;
  };
  return {output(graph_.outputs.logits), output(graph_.outputs.pooled), output(graph_.outputs.hidden)};
}

}  // namespace mlxengine
