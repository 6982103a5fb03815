#include "executor/executor.h"

#include <utility>

#include "executor/adapter_weights.h"
#include "executor/operation_runner.h"
#include "executor/step_adapters.h"

namespace mx = mlx::core;

namespace mlxengine {

Executor::Executor(const Graph& graph, LoadedWeights weights, mx::Dtype dtype, const CacheFormat& cache)
    : prepared_(prepare(graph, std::move(weights), dtype)), cache_(cache) {
  check_cache_format(graph, cache);
}

StepOutputs Executor::run(const Step& step) const {
  Values values = prepared_.constants;
  StepAdapters adapters(step, mixes_);
  OperationRunner runner(prepared_, step, values, adapters.empty() ? nullptr : &adapters);
  for (const size_t number : prepared_.schedule) {
    runner.run(number);
    if (step.profile != nullptr) {
      const Operation& operation = prepared_.graph.operations[number];
      step.profile->operation(operation, values[static_cast<size_t>(output_of(operation))]);
    }
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
  return std::exchange(prepared_.weights[static_cast<size_t>(id)], std::move(weight));
}

}  // namespace mlxengine
