#include "generation/model_adapters.h"

#include <mlx/memory.h>

#include <utility>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

[[noreturn]] void refuse(const std::string& expected, const std::string& got) {
  throw FailureError(FailureKind::argument, "[adapters] adapter, expected " + expected + ", got " + got);
}

}  // namespace

void ModelAdapters::load(Executor& executor, const AdapterPlan& plan, const Cancellation& cancellation) {
  if (adapters_.contains(plan.id)) refuse("an id of its own", std::to_string(plan.id));
  // What DoRA divides by is a norm of the weights without another adapter in them.
  if (fused_) refuse("to be loaded while none is fused", std::to_string(plan.id));
  adapters_.emplace(plan.id, executor.adapt(plan, cancellation));
  mx::clear_cache();
}

void ModelAdapters::unload(Executor& executor, int id) {
  if (adapters_.erase(id) == 0) refuse("one that is loaded", std::to_string(id));
  executor.forget_adapters();
  mx::clear_cache();
}

AdapterPtr ModelAdapters::find(const std::optional<int>& id) const {
  if (!id) return nullptr;
  if (fused_) refuse("none, as one is fused", std::to_string(*id));
  const auto found = adapters_.find(*id);
  if (found == adapters_.end()) refuse("one that is loaded", std::to_string(*id));
  return found->second;
}

void ModelAdapters::fuse(Executor& executor, int id, bool dequantize) {
  const AdapterPtr adapter = find(id);
  executor.forget_adapters();
  fused_ = true;
  fusions_++;
  try {
    for (WeightId weight = 0; weight < static_cast<WeightId>(adapter->weights.size()); weight++) {
      const AdapterWeight* change = adapter->find(weight);
      if (change == nullptr) continue;
      auto made = executor.fused(weight, *change, dequantize);
      replaced_.push_back({weight, executor.exchange(weight, std::move(made))});
    }
  } catch (...) {
    unfuse(executor);
    throw;
  }
  mx::clear_cache();
}

void ModelAdapters::unfuse(Executor& executor) {
  if (!fused_) refuse("to be fused", "none");
  for (Replaced& replaced : replaced_) executor.exchange(replaced.id, std::move(replaced.weight));
  replaced_.clear();
  fused_ = false;
  mx::clear_cache();
}

std::string ModelAdapters::key(const std::optional<int>& id) const {
  if (fused_) return "fused " + std::to_string(fusions_);
  return id ? std::to_string(*id) : "";
}

void ModelAdapters::clear() {
  adapters_.clear();
  replaced_.clear();
  fused_ = false;
}

}  // namespace mlxengine
