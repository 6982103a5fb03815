#pragma once

#include <mlx/array.h>

#include <cstddef>
#include <variant>
#include <vector>

#include "executor/cache_format.h"
#include "executor/kv_cache.h"
#include "executor/recurrent_state.h"
#include "graph/graph.h"

namespace mlxengine {

// Everything that some sequences carry from step to step: a state for each that the graph declares, with a slot for
// each sequence. A sequence alone is a group of one, the rows of a decode batch are a group of many. The graph outlives
// it.
class StateGroup {
 public:
  // One sequence with nothing in it.
  explicit StateGroup(const Graph& graph, const CacheFormat& format = {});

  StateGroup(StateGroup&&) = default;
  StateGroup& operator=(StateGroup&&) = default;

  int size() const { return static_cast<int>(sequences_.size()); }
  // Rows that there is storage for; those from size() on are scratch of idle rows.
  int slots() const { return slots_; }
  // Positions that every state of the slot holds.
  int length(int slot) const { return slot < size() ? sequences_[static_cast<size_t>(slot)].length : 0; }
  const CacheFormat& format() const { return format_; }

  // The states of all slots.
  KVCache& kv(StateId state) { return std::get<KVCache>(at(state)); }
  LatentCache& latent(StateId state) { return std::get<LatentCache>(at(state)); }
  RecurrentState& recurrent(StateId state) { return std::get<RecurrentState>(at(state)); }

  // After a step that computed `count` tokens of a slot.
  void advance(int slot, int count);
  // After a step in which a slot was idle: its state may hold something of those tokens.
  void touch(int slot, int count);
  // After all slots of a step. A sequence alone is quantized as soon as its format says so.
  void settle();

  // Appends the other's sequences as the last slots; of the same graph, format and form.
  void join(StateGroup other);
  // Takes one out as a group of one; the last slot moves into its place.
  StateGroup leave(int slot);
  // The same, not kept.
  void drop(int slot);
  // A copy that shares what neither overwrites.
  StateGroup fork(int slot) const;

  // The largest position up to `length` that all of its states can go back to; 0: only the start.
  int restorable(int slot, int length) const;
  // Back to a restorable position. All steps so far have been submitted.
  void trim(int slot, int length);

  // Whether keys and values are quantized already.
  bool quantized() const { return quantized_; }
  // Whether a sequence is as long as its format wants it to be quantized.
  bool wants_quantizing(int slot) const;
  void quantize();

  // Of MLX's memory that it holds; what several share is counted once.
  size_t bytes() const;
  // To have them evaluated.
  std::vector<mlx::core::array> arrays() const;

 private:
  using Entry = std::variant<KVCache, LatentCache, RecurrentState>;

  struct Sequence {
    int length = 0;
    int written = 0;  // the end of what was ever written, which a trim leaves behind
  };

  StateGroup(const StateGroup& like, std::vector<Entry> entries, Sequence sequence);

  Entry& at(StateId state) { return entries_[static_cast<size_t>(state)]; }
  void join_slot(const StateGroup& other, int slot);
  void resize(int slots);

  CacheFormat format_;
  std::vector<Entry> entries_;
  std::vector<Sequence> sequences_;
  int slots_ = 1;
  bool quantized_ = false;
};

// Throws where the graph's states cannot be kept in this way.
void check_cache_format(const Graph& graph, const CacheFormat& format);

}  // namespace mlxengine
