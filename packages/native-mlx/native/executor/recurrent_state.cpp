#include "executor/recurrent_state.h"

#include <mlx/ops.h>

#include <algorithm>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// [slots, 1, …] of the rank of `like`: whether a slot has chosen this state.
mx::array choice(const std::vector<int>& chosen, int state, const mx::array& like) {
  std::vector<bool> flags(static_cast<size_t>(like.shape(0)), false);
  std::transform(chosen.begin(), chosen.end(), flags.begin(), [state](int at) { return at == state; });
  mx::Shape shape(like.ndim(), 1);
  shape[0] = like.shape(0);
  return mx::array(flags.begin(), std::move(shape), mx::bool_);
}

mx::array zeros(int slots, const mx::Shape& shape, mx::Dtype dtype) {
  mx::Shape whole{slots};
  whole.insert(whole.end(), shape.begin(), shape.end());
  return mx::zeros(whole, dtype);
}

mx::array zeros_like(const mx::array& state, int slots) {
  return zeros(slots, mx::Shape(state.shape().begin() + 1, state.shape().end()), state.dtype());
}

mx::array with_slots(const mx::array& state, int slots) {
  if (state.shape(0) >= slots) return slice_of(state, 0, 0, slots);
  return mx::concatenate({state, zeros_like(state, slots - state.shape(0))}, 0);
}

// The last of the first `size` slots in the place of the slot's.
mx::array without(const mx::array& state, int slot, int size) {
  const int last = size - 1;
  // A slice alone would keep all slots' memory.
  if (slot == last) return mx::contiguous(slice_of(state, 0, 0, last));
  std::vector<mx::array> parts;
  if (slot > 0) parts.push_back(slice_of(state, 0, 0, slot));
  parts.push_back(slice_of(state, 0, last, size));
  if (slot + 1 < last) parts.push_back(slice_of(state, 0, slot + 1, last));
  return joined(std::move(parts));
}

}  // namespace

mx::array RecurrentState::value(int slots, const mx::Shape& shape, mx::Dtype dtype) {
  const auto value = settled();
  return value ? with_slots(*value, slots) : zeros(slots, shape, dtype);
}

std::optional<mx::array> RecurrentState::settled() {
  if (states_.empty()) return std::nullopt;
  auto value = states_[static_cast<size_t>(chosen_.front())];
  for (int at = 0; at < static_cast<int>(states_.size()); at++) {
    const bool is_chosen = at != chosen_.front() && std::find(chosen_.begin(), chosen_.end(), at) != chosen_.end();
    if (is_chosen) value = mx::where(choice(chosen_, at, value), states_[static_cast<size_t>(at)], value);
  }
  states_ = {value};
  std::fill(chosen_.begin(), chosen_.end(), 0);
  checkpointed_ = false;
  return value;
}

void RecurrentState::write(std::vector<mx::array> states, const std::vector<bool>& idle, bool checkpoints) {
  const auto is_idle = [&](int slot) {
    return slot < static_cast<int>(idle.size()) && idle[static_cast<size_t>(slot)];
  };
  bool all_advance = true;
  for (int slot = 0; slot < size(); slot++) all_advance = all_advance && !is_idle(slot);
  states_ = all_advance && !checkpoints ? std::vector{states.back()} : std::move(states);
  const int last = static_cast<int>(states_.size()) - 1;
  for (int slot = 0; slot < size(); slot++) chosen_[static_cast<size_t>(slot)] = is_idle(slot) ? 0 : last;
  checkpointed_ = checkpoints;
}

void RecurrentState::reset(int slot) {
  const auto value = settled();
  if (!value) return;
  if (size() == 1) {
    states_.clear();
    return;
  }
  states_.push_back(zeros_like(*value, value->shape(0)));
  chosen_[static_cast<size_t>(slot)] = 1;
}

void RecurrentState::join(RecurrentState other) {
  if (chosen_.empty()) {
    *this = std::move(other);
    return;
  }
  auto own = settled();
  auto others = other.settled();
  if (own && !others) others = zeros_like(*own, other.size());
  if (others && !own) own = zeros_like(*others, size());
  if (own) states_ = {mx::concatenate({with_slots(*own, size()), with_slots(*others, other.size())}, 0)};
  chosen_.resize(chosen_.size() + other.chosen_.size(), 0);
}

void RecurrentState::drop(int slot) {
  for (mx::array& state : states_) {
    if (size() > 1) state = without(state, slot, size());
  }
  chosen_[static_cast<size_t>(slot)] = chosen_.back();
  chosen_.pop_back();
  if (chosen_.empty()) states_.clear();
}

RecurrentState RecurrentState::fork(int slot) const {
  if (size() == 1 && (states_.empty() || states_.front().shape(0) == 1)) return *this;
  RecurrentState own;
  for (const mx::array& state : states_) own.states_.push_back(mx::contiguous(slice_of(state, 0, slot, slot + 1)));
  own.chosen_ = {chosen_[static_cast<size_t>(slot)]};
  own.checkpointed_ = checkpointed_;
  return own;
}

void RecurrentState::collect(std::vector<mx::array>& arrays) const {
  arrays.insert(arrays.end(), states_.begin(), states_.end());
}

}  // namespace mlxengine
