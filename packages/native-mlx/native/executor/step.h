#pragma once

#include <mlx/array.h>

#include <vector>

#include "executor/sequence_state.h"

namespace mlxengine {

// The part of a step's tokens that belongs to one sequence: `count` tokens from row `first` on, at the positions after
// those that the sequence holds.
struct SequenceRows {
  SequenceState* sequence;
  int first;
  int count;
};

// One forward pass: the new tokens of all its sequences, one after another.
struct Step {
  mlx::core::array tokens;  // [tokens], uint32; may still be on its way on the device
  std::vector<SequenceRows> sequences;
  std::vector<int> rows;  // whose logits are wanted; none: only the states advance
};

}  // namespace mlxengine
