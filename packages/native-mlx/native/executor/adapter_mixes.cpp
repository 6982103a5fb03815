#include "executor/adapter_mixes.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

using Part = std::optional<mx::array> AdapterWeight::*;

// One row an adapter, `otherwise` where it has none and for rows without an adapter.
std::optional<mx::array> rows_of(const std::vector<const AdapterWeight*>& weights, Part part, float otherwise) {
  const AdapterWeight* like = nullptr;
  for (const AdapterWeight* weight : weights) {
    if (weight != nullptr && weight->*part) like = weight;
  }
  if (like == nullptr) return std::nullopt;
  const auto neutral = mx::full((like->*part)->shape(), otherwise, (like->*part)->dtype());
  std::vector<mx::array> rows;
  for (const AdapterWeight* weight : weights)
    rows.push_back(weight != nullptr && weight->*part ? *(weight->*part) : neutral);
  rows.push_back(neutral);
  return mx::stack(std::move(rows), 0);
}

std::optional<AdapterMix> mix(WeightId id, const std::vector<AdapterPtr>& adapters) {
  std::vector<const AdapterWeight*> weights;
  std::vector<mx::array> downs;
  std::vector<mx::array> ups;
  std::vector<int> owners;
  for (const AdapterPtr& adapter : adapters) {
    const AdapterWeight* weight = adapter->find(id);
    if (weight != nullptr) {
      downs.push_back(weight->down);
      ups.push_back(weight->up);
      owners.insert(owners.end(), static_cast<size_t>(weight->down.shape(0)), static_cast<int>(weights.size()));
    }
    weights.push_back(weight);
  }
  if (downs.empty()) return std::nullopt;
  const auto ranks = static_cast<int>(owners.size());
  return AdapterMix{mx::concatenate(std::move(downs), 0),
                    mx::concatenate(std::move(ups), 1),
                    mx::array(owners.begin(), {ranks}, mx::int32),
                    rows_of(weights, &AdapterWeight::row_factor, 1),
                    rows_of(weights, &AdapterWeight::bias_rest, 0)};
}

}  // namespace

const AdapterMix* AdapterMixes::of(WeightId id, const std::vector<AdapterPtr>& adapters) {
  if (adapters != adapters_) {
    clear();
    adapters_ = adapters;
  }
  const auto found = mixes_.find(id);
  const auto& made = found != mixes_.end() ? found->second : mixes_.emplace(id, mix(id, adapters)).first->second;
  return made ? &*made : nullptr;
}

void AdapterMixes::clear() {
  adapters_.clear();
  mixes_.clear();
}

}  // namespace mlxengine
