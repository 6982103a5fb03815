#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

namespace mlxengine {

// What the sequences of a group carry on of a convolution or a recurrence, [slots, …]. Its arrays are never written to,
// so that a copy is a fork.
class RecurrentState {
 public:
  explicit RecurrentState(int size = 1) : chosen_(static_cast<size_t>(size), 0) {}

  int size() const { return static_cast<int>(chosen_.size()); }

  // [slots, shape…] with at least as many slots as it has sequences: zeros before the first token, and in idle slots
  // beyond the sequences whatever there is.
  mlx::core::array value(int slots, const mlx::core::Shape& shape, mlx::core::Dtype dtype);

  // What a step made of it: the state before the step and after it, or after each of its tokens where those are
  // checkpoints, to which it can go back. An idle slot keeps what it had; no list stands for no idle slot.
  void write(std::vector<mlx::core::array> states, const std::vector<bool>& idle, bool checkpoints);

  // How many of its last tokens a slot can take back, and taking them back.
  int undoable(int slot) const { return checkpointed_ ? chosen_[static_cast<size_t>(slot)] : 0; }
  void undo(int slot, int count) { chosen_[static_cast<size_t>(slot)] -= count; }

  // Back to before the first token.
  void reset(int slot);

  // Appends the other's sequences.
  void join(RecurrentState other);
  // The last sequence moves into the place of the dropped one.
  void drop(int slot);
  // One sequence's as a state of one, in memory of its own.
  RecurrentState fork(int slot) const;

  // Puts the arrays that hold it into the list.
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  // Of all slots there are, the sequences' first; none before the first token.
  std::optional<mlx::core::array> settled();

  // None before the first token. One, or what `chosen_` points to for each sequence.
  std::vector<mlx::core::array> states_;
  std::vector<int> chosen_;
  bool checkpointed_ = false;
};

}  // namespace mlxengine
