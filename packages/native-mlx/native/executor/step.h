#pragma once

#include <mlx/array.h>

#include <optional>
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
  std::vector<int> rows = {};                                  // whose logits are wanted; none: only the states advance
  std::optional<mlx::core::array> token_types = std::nullopt;  // [tokens], int32; none: all are 0
};

// What a step made, not evaluated yet: of the graph's outputs those that it has.
struct StepOutputs {
  std::optional<mlx::core::array> logits = std::nullopt;  // [rows, vocabulary], where rows were wanted
  std::optional<mlx::core::array> pooled = std::nullopt;  // [sequences, n]
  std::optional<mlx::core::array> hidden = std::nullopt;  // [tokens, n]
};

// The position of each of the step's tokens in its sequence, [tokens] int32. Before the step's sequences advance.
mlx::core::array positions(const Step& step);

}  // namespace mlxengine
