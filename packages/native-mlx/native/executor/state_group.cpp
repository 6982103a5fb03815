#include "executor/state_group.h"

#include <mlx/device.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

template <typename Entry>
constexpr bool is_recurrent = std::is_same_v<std::decay_t<Entry>, RecurrentState>;

// Calls it with the store of each state that has positions.
template <typename Entries, typename Call>
void for_stores(Entries& entries, Call call) {
  for (auto& entry : entries) {
    std::visit(
        [&](auto& state) {
          if constexpr (!is_recurrent<decltype(state)>) call(state.store());
        },
        entry);
  }
}

// Storage grows in powers of two. MLX's GPU products of 2 to 7 rows are slower than those of 8, so that idle rows are
// worth having a slot for.
int slots_for(int size) {
  const int least = mx::default_device() == mx::Device::cpu ? 2 : 8;
  int slots = size > 1 ? least : 1;
  while (slots < size) slots *= 2;
  return slots;
}

}  // namespace

StateGroup::StateGroup(const Graph& graph, const CacheFormat& format) : format_(format), sequences_(1) {
  entries_.reserve(graph.states.size());
  for (const State& state : graph.states) {
    if (const auto* kv = std::get_if<KVState>(&state)) {
      entries_.emplace_back(KVCache(*kv, format));
    } else if (std::holds_alternative<LatentState>(state)) {
      entries_.emplace_back(LatentCache(format));
    } else {
      entries_.emplace_back(RecurrentState());
    }
  }
  if (wants_quantizing(0)) quantize();
}

StateGroup::StateGroup(const StateGroup& like, std::vector<Entry> entries, Sequence sequence)
    : format_(like.format_), entries_(std::move(entries)), sequences_{sequence}, quantized_(like.quantized_) {}

void StateGroup::advance(int slot, int count) {
  touch(slot, count);
  sequences_[static_cast<size_t>(slot)].length += count;
}

void StateGroup::touch(int slot, int count) {
  if (slot >= size()) return;
  Sequence& sequence = sequences_[static_cast<size_t>(slot)];
  sequence.written = std::max(sequence.written, sequence.length + count);
}

void StateGroup::settle() {
  for_stores(entries_, [](PositionStore& store) { store.settle(); });
  if (size() == 1 && wants_quantizing(0)) quantize();
}

void StateGroup::resize(int slots) {
  if (slots == slots_) return;
  for_stores(entries_, [&](PositionStore& store) { store.resize(slots); });
  slots_ = slots;
}

void StateGroup::join_slot(const StateGroup& other, int slot) {
  resize(std::max(slots_, slots_for(size() + 1)));
  const Sequence sequence = other.sequences_[static_cast<size_t>(slot)];
  for (size_t i = 0; i < entries_.size(); i++) {
    const auto append = [&](auto& own) {
      const auto& from = std::get<std::decay_t<decltype(own)>>(other.entries_[i]);
      if constexpr (is_recurrent<decltype(own)>) {
        own.join(from.fork(slot));
      } else {
        own.store().take(from.store(), slot, size(), sequence.written, slots_);
      }
    };
    std::visit(append, entries_[i]);
  }
  sequences_.push_back(sequence);
}

void StateGroup::join(StateGroup other) {
  if (size() == 0) {
    *this = std::move(other);
    return;
  }
  if (!(format_ == other.format_) || quantized_ != other.quantized_)
    throw FailureError(FailureKind::backend, "[cache] sequences cannot share a group, expected one format, got two");
  for (int slot = 0; slot < other.size(); slot++) join_slot(other, slot);
}

StateGroup StateGroup::leave(int slot) {
  StateGroup left = fork(slot);
  drop(slot);
  return left;
}

void StateGroup::drop(int slot) {
  const int last = size() - 1;
  for (Entry& entry : entries_) {
    const auto remove = [&](auto& own) {
      if constexpr (is_recurrent<decltype(own)>) {
        own.drop(slot);
      } else {
        own.store().move(last, slot, sequences_.back().written);
      }
    };
    std::visit(remove, entry);
  }
  sequences_[static_cast<size_t>(slot)] = sequences_.back();
  sequences_.pop_back();
  if (size() == 0) for_stores(entries_, [](PositionStore& store) { store.clear(); });
  const int fitting = slots_for(size());
  if (size() <= 1 || fitting * 4 <= slots_) resize(fitting);
}

StateGroup StateGroup::fork(int slot) const {
  const Sequence sequence = sequences_[static_cast<size_t>(slot)];
  std::vector<Entry> entries;
  entries.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    const auto copy = [&](const auto& own) {
      if constexpr (is_recurrent<decltype(own)>) {
        entries.emplace_back(own.fork(slot));
      } else {
        entries.emplace_back(own.copy_of(slot, sequence.written));
      }
    };
    std::visit(copy, entry);
  }
  return StateGroup(*this, std::move(entries), sequence);
}

int StateGroup::restorable(int slot, int length) const {
  const Sequence& sequence = sequences_[static_cast<size_t>(slot)];
  if (length >= sequence.length) return sequence.length;
  // Before it was quantized, it had other numbers.
  int floor = quantized_ ? format_.quantized_start : 0;
  for (const Entry& entry : entries_) {
    const auto raise = [&](const auto& own) {
      if constexpr (is_recurrent<decltype(own)>) {
        floor = std::max(floor, sequence.length - own.undoable(slot));
      } else if (own.store().bound()) {
        floor = std::max(floor, own.store().bound()->floor(sequence.written));
      }
    };
    std::visit(raise, entry);
  }
  return length >= floor ? length : 0;
}

void StateGroup::trim(int slot, int length) {
  Sequence& sequence = sequences_[static_cast<size_t>(slot)];
  if (length >= sequence.length) return;
  if (restorable(slot, length) != length)
    throw FailureError(FailureKind::backend,
                       "[cache] a sequence cannot go back to " + std::to_string(length) + ", expected " +
                           std::to_string(restorable(slot, length)) + " or " + std::to_string(sequence.length));
  for (Entry& entry : entries_) {
    auto* recurrent = std::get_if<RecurrentState>(&entry);
    if (recurrent == nullptr) continue;
    const int count = sequence.length - length;
    if (count <= recurrent->undoable(slot)) {
      recurrent->undo(slot, count);
    } else {
      recurrent->reset(slot);
    }
  }
  sequence.length = length;
  if (length == 0) sequence.written = 0;
}

bool StateGroup::wants_quantizing(int slot) const {
  return format_.bits && !quantized_ && length(slot) >= format_.quantized_start;
}

void StateGroup::quantize() {
  if (quantized_ || !format_.bits) return;
  for (Entry& entry : entries_) {
    if (auto* kv = std::get_if<KVCache>(&entry)) kv->quantize(format_);
  }
  quantized_ = true;
}

size_t StateGroup::bytes() const {
  std::set<const void*> seen;
  size_t bytes = 0;
  for (const mx::array& array : arrays()) {
    // What is not evaluated yet has no buffer to share.
    const bool is_first = array.status() == mx::array::unscheduled || seen.insert(array.data_shared_ptr().get()).second;
    if (is_first) bytes += array.nbytes();
  }
  return bytes;
}

std::vector<mx::array> StateGroup::arrays() const {
  std::vector<mx::array> arrays;
  for (const Entry& entry : entries_) {
    const auto collect = [&](const auto& state) {
      if constexpr (is_recurrent<decltype(state)>) {
        state.collect(arrays);
      } else {
        const auto& planes = state.store().planes();
        arrays.insert(arrays.end(), planes.begin(), planes.end());
      }
    };
    std::visit(collect, entry);
  }
  return arrays;
}

void check_cache_format(const Graph& graph, const CacheFormat& format) {
  for (const State& state : graph.states) {
    if (format.bits && std::holds_alternative<LatentState>(state))
      throw FailureError(
          FailureKind::argument,
          "[cache] latents cannot be quantized, expected no cache bits, got " + std::to_string(*format.bits));
    const auto* kv = std::get_if<KVState>(&state);
    if (kv == nullptr || !format.bits) continue;
    for (const int dimension : {kv->key_dimension, kv->value_dimension}) {
      if (dimension % format.group_size != 0)
        throw FailureError(FailureKind::argument,
                           "[cache] a cache cannot be quantized, expected heads of a multiple of " +
                               std::to_string(format.group_size) + " numbers, got " + std::to_string(dimension));
    }
  }
  if (format.max_positions && *format.max_positions <= format.keep)
    throw FailureError(FailureKind::argument,
                       "[cache] a bounded cache is too small, expected more positions than the " +
                           std::to_string(format.keep) + " that are kept, got " +
                           std::to_string(*format.max_positions));
}

}  // namespace mlxengine
