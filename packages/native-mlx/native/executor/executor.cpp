#include "executor/executor.h"

#include <mlx/ops.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "executor/adapter_weights.h"
#include "executor/fused_runner.h"
#include "executor/operation_runner.h"
#include "executor/step_adapters.h"
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

Executor::Executor(const Graph& graph, LoadedWeights weights, mx::Dtype dtype, const CacheFormat& cache)
    : prepared_(prepare(graph, std::move(weights), dtype)), cache_(cache) {
  check_cache_format(graph, cache);
  if (!prepared_.blocks.empty() && !blocks_agree()) prepared_.blocks.clear();
}

// The last of some steps of one token, as far as logits go.
mx::array Executor::trial() const {
  StateGroup group(graph());
  std::optional<mx::array> logits;
  for (const uint32_t token : {1U, 2U, 3U})
    logits = run({mx::array({token}, mx::uint32), {{&group, 0, 1}}, {0}}).logits;
  return mx::astype(*logits, mx::float32);
}

// Kernels are compiled on the machine that they run on, so it is there that they are tried. Rounding differs, and adds
// up over layers.
bool Executor::blocks_agree() {
  constexpr float tolerance = 0.1F;
  if (!graph().outputs.logits) return true;
  try {
    const auto made = trial();
    auto blocks = std::exchange(prepared_.blocks, {});
    const auto expected = trial();
    const auto length = [](const mx::array& x) { return mx::sqrt(mx::sum(mx::square(x))); };
    auto error = mx::divide(length(mx::subtract(made, expected)), length(expected));
    const bool agrees = error.item<float>() < tolerance;
    prepared_.blocks = std::move(blocks);
    return agrees;
  } catch (const std::exception&) {
    // What MLX itself does may still work.
    return false;
  }
}

int Executor::padded_rows(int rows) const {
  return prepared_.is_quantized ? padded_linear_rows(rows, !prepared_.blocks.empty()) : rows;
}

StepOutputs Executor::run(const Step& step) const {
  Values values = prepared_.constants;
  StepAdapters adapters(step, mixes_);
  OperationRunner runner(prepared_, step, values, adapters.empty() ? nullptr : &adapters);
  FusedRunner fused(prepared_, step, values);
  // Blocks know the model's own weights alone, and a profile wants the time of each operation.
  const bool has_blocks =
      !prepared_.blocks.empty() && adapters.empty() && exchanged_.empty() && step.profile == nullptr;
  for (size_t place = 0; place < prepared_.schedule.size();) {
    const size_t done = has_blocks ? fused.run(place) : 0;
    if (done == 0) {
      const size_t number = prepared_.schedule[place];
      runner.run(number);
      if (step.profile != nullptr) {
        const Operation& operation = prepared_.graph.operations[number];
        step.profile->operation(operation, values[static_cast<size_t>(output_of(operation))]);
      }
    }
    place += std::max(done, size_t{1});
  }
  for (const SlotRows& rows : slots_of(step)) {
    if (rows.idle) {
      rows.group->touch(rows.slot, rows.count);
    } else {
      rows.group->advance(rows.slot, rows.count);
    }
  }
  for (const GroupRows& rows : step.groups) rows.group->settle();
  for (const GroupRows& rows : step.groups) {
    if (step.profile != nullptr) step.profile->states(rows.group->arrays());
  }
  const auto output = [&](const std::optional<ValueId>& id) {
    return id ? values[static_cast<size_t>(*id)] : std::nullopt;
  };
  const auto& [logits, pooled, hidden] = graph().outputs;
  return {output(logits), output(pooled), output(hidden)};
}

AdapterPtr Executor::adapt(const AdapterPlan& plan, const Cancellation& cancellation) const {
  auto adapter = std::make_shared<Adapter>(Adapter{plan.id, {}});
  adapter->weights.resize(prepared_.weights.size());
  const AdapterLoader loader(plan, cancellation);
  for (const AdapterWeightPlan& weight : plan.weights) {
    cancellation.throw_if_cancelled();
    const auto place = static_cast<size_t>(weight.weight);
    adapter->weights[place] = adapter_weight(prepared_.weights[place], loader.load(weight), prepared_.dtype);
  }
  return adapter;
}

LoadedWeight Executor::fused(WeightId id, const AdapterWeight& change, bool dequantize) const {
  return mlxengine::fused(prepared_.weights[static_cast<size_t>(id)], change, dequantize, prepared_.dtype);
}

LoadedWeight Executor::exchange(WeightId id, LoadedWeight weight) {
  if (exchanged_.erase(id) == 0) exchanged_.insert(id);
  return std::exchange(prepared_.weights[static_cast<size_t>(id)], std::move(weight));
}

}  // namespace mlxengine
