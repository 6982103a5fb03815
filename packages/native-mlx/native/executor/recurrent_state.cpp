#include "executor/recurrent_state.h"

#include <mlx/ops.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array zeros_like(const mx::array& state, int slots) {
  mx::Shape shape = state.shape();
  shape[0] = slots;
  return mx::zeros(shape, state.dtype());
}

mx::array slot_of(const mx::array& state, int slot) {
  return slice_of(state, 0, slot, slot + 1);
}

}  // namespace

std::optional<mx::array> RecurrentState::at(int slot) const {
  if (!value || slot >= value->shape(0)) return std::nullopt;
  return mx::squeeze(slot_of(*value, slot), 0);
}

void RecurrentState::set(int slot, int slots, const mx::array& state) {
  const auto own = mx::expand_dims(state, 0);
  if (slots == 1) {
    value = own;
    return;
  }
  const auto before = value ? *value : zeros_like(own, slots);
  mx::Shape from(before.ndim(), 0);
  mx::Shape to = before.shape();
  from[0] = slot;
  to[0] = slot + 1;
  value = mx::slice_update(before, own, from, to);
}

void RecurrentState::join(const RecurrentState& other, int slots, int other_slots) {
  if (!value && !other.value) return;
  if (slots == 0) {
    value = other.value;
    return;
  }
  const auto& like = value ? *value : *other.value;
  value = mx::concatenate({value ? *value : zeros_like(like, slots), other.value ? *other.value : zeros_like(like, other_slots)}, 0);
}

RecurrentState RecurrentState::fork(int slot) const {
  return {value ? std::optional(slot_of(*value, slot)) : std::nullopt};
}

void RecurrentState::drop(int slot, int slots) {
  if (!value) return;
  if (slots == 1) {
    value = std::nullopt;
    return;
  }
  if (slot == slots - 1) {
    value = slice_of(*value, 0, 0, slots - 1);
    return;
  }
  std::vector<mx::array> parts;
  if (slot > 0) parts.push_back(slice_of(*value, 0, 0, slot));
  parts.push_back(slot_of(*value, slots - 1));
  if (slot + 1 < slots - 1) parts.push_back(slice_of(*value, 0, slot + 1, slots - 1));
  value = joined(std::move(parts));
}

void RecurrentState::reset(int slot) {
  if (!value) return;
  const int slots = value->shape(0);
  if (slots == 1) {
    value = std::nullopt;
  } else {
    set(slot, slots, mx::squeeze(zeros_like(*value, 1), 0));
  }
}

}  // namespace mlxengine
