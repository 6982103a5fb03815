#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "generation/prefix_key.h"
#include "generation/prefix_search.h"

namespace mlxengine {

// Second storage for what is evicted, such as a folder.
template <class State>
class PrefixTier {
 public:
  virtual ~PrefixTier() = default;
  // Takes what is about to be dropped; false where it has no use for it.
  virtual bool store(const PrefixKey& key, const std::vector<uint32_t>& tokens, const State& state) = 0;
  // Gives back the state of exactly these tokens; none where it is gone or damaged.
  virtual std::optional<State> load(const PrefixKey& key, const std::vector<uint32_t>& tokens) = 0;
};

// Prefixes with their states under a byte budget, the least recently used first to go. `State` is a StateGroup of one
// or stands for it in tests: it can be forked, trimmed to positions that it can go back to, and `buffers_of` tells the
// memory that it holds. Belongs to one thread.
template <class State>
class PrefixStore {
 public:
  struct Match {
    PrefixReport report;
    std::optional<State> state;  // of the prompt's first `cached` tokens; none where that is 0
  };

  // `exact`: states go back only to where they were kept.
  explicit PrefixStore(bool exact) : exact_(exact) {}

  // The longest usable prefix; at least one token of the prompt is left to compute.
  Match take(const std::vector<uint32_t>& prompt, const PrefixKey& key) {
    const auto root = tries_.find(key);
    if (root == tries_.end() || root->second.empty()) return {};
    Search search(root->second, prompt, exact_);
    // Each round puts an entry into memory or forgets that the tier has it.
    while (tier_ != nullptr && search.stored() != nullptr) {
      fetch(*search.stored(), key);
      search = Search(root->second, prompt, exact_);
    }
    Match match{search.report(), std::nullopt};
    if (search.best() != nullptr) {
      Entry& entry = *search.best()->value;
      touch(entry);
      match.state.emplace(entry.state->fork(0));
      if (search.report().cached < match.state->length(0)) match.state->trim(0, search.report().cached);
    }
    enforce();
    return match;
  }

  // Keeps the state of a sequence. Positions whose token is not known are cut off; where they cannot be, nothing is
  // kept.
  void keep(const PrefixKey& key, std::vector<uint32_t> tokens, State state) {
    const int known = std::min(static_cast<int>(tokens.size()), state.length(0));
    const int length = known == state.length(0) ? known : state.restorable(0, known);
    if (length == 0 || budget_ == 0) return;
    if (length < state.length(0)) state.trim(0, length);
    tokens.resize(static_cast<size_t>(length));
    Trie& trie = tries_[key];
    if (stood_for(trie, tokens)) return;
    Node& node = trie.at(tokens);
    if (!node.value) node.value.emplace();
    hold(*node.value, std::move(state));
    drop_shorter(trie, node);
    enforce();
  }

  // Tells that the tier has the state of these tokens.
  void know(const PrefixKey& key, const std::vector<uint32_t>& tokens) {
    auto& value = tries_[key].at(tokens).value;
    if (!value) value.emplace();
    value->in_tier = true;
    touch(*value);
  }

  void set_budget(size_t bytes) {
    budget_ = bytes;
    enforce();
  }

  // Not owned.
  void set_tier(PrefixTier<State>* tier) { tier_ = tier; }

  // Of all that is kept; what forks share counts once.
  size_t bytes() const { return held_.bytes(); }
  size_t budget() const { return budget_; }
  // States in memory.
  size_t size() const { return count_; }

  // Drops all states from memory. What the tier has stays known.
  void clear() {
    for (Place& place : places([](const Entry& entry) { return entry.state.has_value(); })) release(*place.node->value);
    forget_evicted();
  }

 private:
  using Search = PrefixSearch<State>;
  using Entry = PrefixEntry<State>;
  using Trie = typename Search::Trie;
  using Node = typename Search::Node;

  struct Place {
    const PrefixKey* key;
    Trie* trie;
    Node* node;
  };

  // What is evicted is remembered, to say so, but not for ever.
  static constexpr size_t max_remembered = 64;
  static constexpr size_t max_remembered_tokens = size_t{1} << 20;
  static constexpr size_t max_states = 512;

  void touch(Entry& entry) { entry.used = ++clock_; }

  void hold(Entry& entry, State state) {
    release(entry);
    entry.buffers = buffers_of(state);
    entry.state.emplace(std::move(state));
    held_.add(entry.buffers);
    count_++;
    touch(entry);
  }

  void release(Entry& entry) {
    if (!entry.state) return;
    held_.remove(entry.buffers);
    entry.buffers.clear();
    entry.state.reset();
    count_--;
  }

  void fetch(Node& node, const PrefixKey& key) {
    auto state = tier_->load(key, Trie::tokens(node));
    node.value->in_tier = state && state->length(0) == node.length;
    if (node.value->in_tier) hold(*node.value, std::move(*state));
  }

  // Whether a state that is kept can stand for the one of these tokens.
  bool stood_for(Trie& trie, const std::vector<uint32_t>& tokens) {
    const auto found = trie.match(tokens);
    const int length = static_cast<int>(tokens.size());
    if (found.length < length) return false;
    Node* longer = nullptr;
    trie.each([&](Node& node) {
      if (!node.value->state || !Trie::is_below(node, *found.node)) return;
      if (node.length == length || node.value->state->restorable(0, length) == length) longer = &node;
    });
    if (longer != nullptr) touch(*longer->value);
    return longer != nullptr;
  }

  // Shorter states that a longer one can stand for only take space.
  void drop_shorter(Trie& trie, Node& node) {
    std::vector<Node*> shorter;
    for (Node* at = node.parent; at != nullptr; at = at->parent) {
      const bool kept = at->value && at->value->state;
      if (kept && node.value->state->restorable(0, at->length) == at->length) shorter.push_back(at);
    }
    for (Node* at : shorter) {
      release(*at->value);
      if (!at->value->in_tier) trie.clear(*at);
    }
  }

  // Of entries, the latest used first.
  template <class Wanted>
  std::vector<Place> places(const Wanted& wanted) {
    std::vector<Place> places;
    for (auto& [key, trie] : tries_) {
      trie.each([&, key = &key, trie = &trie](Node& node) {
        if (wanted(*node.value)) places.push_back({key, trie, &node});
      });
    }
    std::sort(places.begin(), places.end(), [](const Place& left, const Place& right) {
      return left.node->value->used > right.node->value->used;
    });
    return places;
  }

  // Goes from the latest used to the first that the budget does not hold; what is older stays only where it shares all
  // its memory with what stays. A little more than needed goes, so that not every request has to look.
  void enforce() {
    if (held_.bytes() <= budget_ && count_ <= max_states) return;
    const size_t most = budget_ - budget_ / 16;
    HeldBuffers staying;
    size_t states = 0;
    bool full = false;
    for (Place& place : places([](const Entry& entry) { return entry.state.has_value(); })) {
      const auto& buffers = place.node->value->buffers;
      const size_t more = staying.missing(buffers);
      full = full || staying.bytes() + more > (states == 0 ? budget_ : most);
      if (states < max_states - max_states / 16 && (!full || more == 0)) {
        staying.add(buffers);
        states++;
      } else {
        evict(place);
      }
    }
    forget_evicted();
  }

  void evict(Place& place) {
    Entry& entry = *place.node->value;
    if (tier_ != nullptr && !entry.in_tier)
      entry.in_tier = tier_->store(*place.key, Trie::tokens(*place.node), *entry.state);
    release(entry);
  }

  void forget_evicted() {
    size_t count = 0;
    size_t tokens = 0;
    for (Place& place : places([](const Entry& entry) { return !entry.state && !entry.in_tier; })) {
      tokens += static_cast<size_t>(place.node->length);
      if (++count > max_remembered || tokens > max_remembered_tokens) place.trie->clear(*place.node);
    }
    std::erase_if(tries_, [](const auto& entry) { return entry.second.empty(); });
  }

  bool exact_;
  size_t budget_ = 0;
  uint64_t clock_ = 0;
  size_t count_ = 0;
  HeldBuffers held_;
  PrefixTier<State>* tier_ = nullptr;
  std::map<PrefixKey, Trie> tries_;
};

}  // namespace mlxengine
