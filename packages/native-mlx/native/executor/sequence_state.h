#pragma once

#include <vector>

#include "executor/kv_cache.h"
#include "graph/graph.h"

namespace mlxengine {

// Everything that one sequence carries from step to step: a state for each that the graph declares.
class SequenceState {
 public:
  explicit SequenceState(const Graph& graph) : caches_(graph.states.size()) {}

  KVCache& cache(StateId state) { return caches_[static_cast<size_t>(state)]; }

  // Positions that every state holds.
  int length() const { return length_; }
  void advance(int count) { length_ += count; }

  void trim(int length) {
    for (KVCache& cache : caches_) cache.trim(length);
    if (length < length_) length_ = length;
  }

  std::vector<mlx::core::array> arrays() const {
    std::vector<mlx::core::array> arrays;
    for (const KVCache& cache : caches_) cache.collect(arrays);
    return arrays;
  }

 private:
  std::vector<KVCache> caches_;
  int length_ = 0;
};

}  // namespace mlxengine
