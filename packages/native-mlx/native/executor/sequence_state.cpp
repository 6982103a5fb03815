#include "executor/sequence_state.h"

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

SequenceState::SequenceState(const Graph& graph) {
  entries_.reserve(graph.states.size());
  for (const State& state : graph.states) {
    if (std::holds_alternative<KVState>(state)) {
      entries_.emplace_back(KVCache());
    } else if (std::holds_alternative<LatentState>(state)) {
      entries_.emplace_back(LatentCache());
    } else {
      entries_.emplace_back(RecurrentState());
      can_trim_ = false;
    }
  }
}

void SequenceState::trim(int length) {
  if (length >= length_) return;
  for (Entry& entry : entries_) {
    if (auto* kv = std::get_if<KVCache>(&entry)) kv->trim(length);
    if (auto* latent = std::get_if<LatentCache>(&entry)) latent->trim(length);
  }
  length_ = length;
}

std::vector<mx::array> SequenceState::arrays() const {
  std::vector<mx::array> arrays;
  for (const Entry& entry : entries_) {
    if (const auto* kv = std::get_if<KVCache>(&entry)) kv->collect(arrays);
    if (const auto* latent = std::get_if<LatentCache>(&entry)) latent->collect(arrays);
    const auto* recurrent = std::get_if<RecurrentState>(&entry);
    if (recurrent != nullptr && recurrent->value) arrays.push_back(*recurrent->value);
  }
  return arrays;
}

}  // namespace mlxengine
