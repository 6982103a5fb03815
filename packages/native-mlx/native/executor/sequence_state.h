#pragma once

#include <variant>
#include <vector>

#include "executor/kv_cache.h"
#include "graph/graph.h"

namespace mlxengine {

// Latents and rotated keys of one latent attention as one vector a position, so that a step appends once.
using LatentCache = PositionBuffer;

// What a convolution or a recurrence carries on; none before the first token, which stands for zeros.
struct RecurrentState {
  std::optional<mlx::core::array> value;
};

// Everything that one sequence carries from step to step: a state for each that the graph declares.
class SequenceState {
 public:
  explicit SequenceState(const Graph& graph);

  KVCache& kv(StateId state) { return std::get<KVCache>(at(state)); }
  LatentCache& latent(StateId state) { return std::get<LatentCache>(at(state)); }
  RecurrentState& recurrent(StateId state) { return std::get<RecurrentState>(at(state)); }

  // Positions that every state holds.
  int length() const { return length_; }
  void advance(int count) { length_ += count; }

  // Whether it can go back to an earlier position: a recurrence cannot.
  bool can_trim() const { return can_trim_; }
  // Forgets all positions from `length` on. Only to a lesser length where it can.
  void trim(int length);

  std::vector<mlx::core::array> arrays() const;

 private:
  using Entry = std::variant<KVCache, LatentCache, RecurrentState>;

  Entry& at(StateId state) { return entries_[static_cast<size_t>(state)]; }

  std::vector<Entry> entries_;
  bool can_trim_ = true;
  int length_ = 0;
};

}  // namespace mlxengine
