#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

namespace mlxengine {

// What a convolution or a recurrence carries on, [slots, …]; none before the first token, which stands for zeros.
struct RecurrentState {
  std::optional<mlx::core::array> value = std::nullopt;

  // Of one slot, […].
  std::optional<mlx::core::array> at(int slot) const;
  void set(int slot, int slots, const mlx::core::array& state);

  // Appends the other's slots, where this one has `slots` and the other `other_slots`.
  void join(const RecurrentState& other, int slots, int other_slots);
  RecurrentState fork(int slot) const;
  // Takes a slot out; the last of `slots` moves into its place.
  void drop(int slot, int slots);
  // To before the first token.
  void reset(int slot);
};

}  // namespace mlxengine
