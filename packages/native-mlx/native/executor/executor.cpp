#include "executor/executor.h"

#include "executor/operation_runner.h"

namespace mx = mlx::core;

namespace mlxengine {

Executor::Executor(const Graph& graph, LoadedWeights weights, mx::Dtype dtype)
    : prepared_(prepare(graph, std::move(weights), dtype)) {}

StepOutputs Executor::run(const Step& step) const {
  Values values = prepared_.constants;
  OperationRunner runner(prepared_, step, values);
  for (const size_t number : prepared_.schedule) runner.run(number);
  for (const SlotRows& rows : slots_of(step)) {
    if (rows.idle) {
      rows.group->touch(rows.slot, rows.count);
    } else {
      rows.group->advance(rows.slot, rows.count);
    }
  }
  for (const GroupRows& rows : step.groups) rows.group->settle();
  const auto output = [&](const std::optional<ValueId>& id) {
    return id ? values[static_cast<size_t>(*id)] : std::nullopt;
  };
  const auto& [logits, pooled, hidden] = graph().outputs;
  return {output(logits), output(pooled), output(hidden)};
}

}  // namespace mlxengine
