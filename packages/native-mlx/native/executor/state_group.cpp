#include "executor/state_group.h"

#include <algorithm>
#include <set>

namespace mx = mlx::core;

namespace mlxengine {

StateGroup::StateGroup(const Graph& graph, const CacheFormat& format) : format_(format), lengths_{0} {
  entries_.reserve(graph.states.size());
  for (const State& state : graph.states) {
    if (std::holds_alternative<KVState>(state)) {
      entries_.emplace_back(KVCache(1));
    } else if (std::holds_alternative<LatentState>(state)) {
      entries_.emplace_back(LatentCache(1));
    } else {
      entries_.emplace_back(RecurrentState());
    }
  }
}

StateGroup::StateGroup(const StateGroup& like, std::vector<Entry> entries, int length)
    : format_(like.format_), entries_(std::move(entries)), lengths_{length} {}

void StateGroup::join(StateGroup other) {
  for (size_t i = 0; i < entries_.size(); i++) {
    std::visit([&](auto& own) { own.join(std::get<std::decay_t<decltype(own)>>(std::move(other.entries_[i]))); },
               entries_[i]);
  }
  lengths_.insert(lengths_.end(), other.lengths_.begin(), other.lengths_.end());
}

StateGroup StateGroup::leave(int slot) {
  StateGroup left = fork(slot);
  drop(slot);
  return left;
}

void StateGroup::drop(int slot) {
  for (Entry& entry : entries_) std::visit([&](auto& own) { own.drop(slot); }, entry);
  lengths_[static_cast<size_t>(slot)] = lengths_.back();
  lengths_.pop_back();
}

StateGroup StateGroup::fork(int slot) const {
  std::vector<Entry> entries;
  entries.reserve(entries_.size());
  for (const Entry& entry : entries_) std::visit([&](const auto& own) { entries.emplace_back(own.fork(slot)); }, entry);
  return StateGroup(*this, std::move(entries), length(slot));
}

int StateGroup::restorable(int slot, int length) const {
  const int own = this->length(slot);
  if (length >= own) return own;
  for (const Entry& entry : entries_) {
    const auto* recurrent = std::get_if<RecurrentState>(&entry);
    if (recurrent != nullptr && own - length > recurrent->undoable(slot)) return 0;
  }
  return length;
}

void StateGroup::trim(int slot, int length) {
  if (length >= this->length(slot)) return;
  for (Entry& entry : entries_) {
    auto* recurrent = std::get_if<RecurrentState>(&entry);
    if (recurrent == nullptr) continue;
    const int count = this->length(slot) - length;
    if (count <= recurrent->undoable(slot)) {
      recurrent->undo(slot, count);
    } else {
      recurrent->reset(slot);
    }
  }
  lengths_[static_cast<size_t>(slot)] = length;
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
  for (const Entry& entry : entries_) std::visit([&](const auto& own) { own.collect(arrays); }, entry);
  return arrays;
}

}  // namespace mlxengine
