#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "generation/held_buffers.h"
#include "generation/prefix_trie.h"
#include "runtime/prefix_report.h"

namespace mlxengine {

// What a node of the trie holds.
template <class State>
struct PrefixEntry {
  std::optional<State> state;  // none: it was evicted, and perhaps lies in the tier
  std::vector<HeldBuffer> buffers;
  bool in_tier = false;
  uint64_t used = 0;
};

// Looks for the state that a prompt can reuse most of, and for why it is not more.
template <class State>
class PrefixSearch {
 public:
  using Trie = PrefixTrie<PrefixEntry<State>>;
  using Node = typename Trie::Node;

  // `exact`: states go back only to where they were kept.
  PrefixSearch(Trie& trie, const std::vector<uint32_t>& prompt, bool exact)
      : prompt_(&prompt), exact_(exact), limit_(static_cast<int>(prompt.size()) - 1), found_(trie.match(prompt)) {
    report_.matched = found_.length;
    trie.each([this](Node& node) { consider(node); });
    if (stored_length_ <= report_.cached) stored_ = nullptr;
    explain();
  }

  const PrefixReport& report() const { return report_; }
  // Null: none.
  Node* best() const { return best_; }
  // A state in the tier that is better than the best; null: none.
  Node* stored() const { return stored_; }

 private:
  void consider(Node& node) {
    const int common = std::min(shared_length(node), limit_);
    const PrefixEntry<State>& entry = *node.value;
    if (entry.state) {
      reachable_ = std::max(reachable_, common);
      const int position = node.length <= common ? node.length : entry.state->restorable(0, common);
      const bool longer = position > report_.cached;
      const bool fresher = position == report_.cached && best_ != nullptr && entry.used > best_->value->used;
      if (!longer && !fresher) return;
      report_.cached = position;
      best_ = &node;
    } else if (entry.in_tier && from_tier(node, common) > stored_length_) {
      stored_length_ = from_tier(node, common);
      stored_ = &node;
    }
  }

  // What could be made of a state in the tier.
  int from_tier(const Node& node, int common) const {
    if (!exact_) return common;
    return node.length <= common ? node.length : 0;
  }

  // Tokens that a node shares with the prompt.
  int shared_length(const Node& node) const {
    for (const Node* at = found_.node; at != nullptr; at = at->parent) {
      if (Trie::is_below(node, *at)) return std::min(at->length, found_.length);
    }
    return 0;
  }

  void explain() {
    if (report_.cached == limit_) {
      report_.end = PrefixEnd::complete;
    } else if (report_.cached < reachable_) {
      report_.end = exact_ ? PrefixEnd::no_snapshot : PrefixEnd::window;
    } else if (report_.cached < std::min(found_.length, limit_)) {
      report_.end = PrefixEnd::evicted;
    } else if (!found_.inside && found_.node->children.empty()) {
      report_.end = PrefixEnd::cache_end;
    } else {
      report_.end = PrefixEnd::different_token;
      report_.expected = next_token();
      report_.found = (*prompt_)[static_cast<size_t>(found_.length)];
    }
  }

  // What was kept at the end of the match, where several things were: what was used last.
  uint32_t next_token() const {
    const Node& node = *found_.node;
    if (found_.inside) return node.edge[static_cast<size_t>(found_.length - node.parent->length)];
    const auto& children = node.children;
    const auto latest = std::max_element(children.begin(), children.end(), [](const auto& left, const auto& right) {
      return last_use(*left.second) < last_use(*right.second);
    });
    return latest->first;
  }

  static uint64_t last_use(const Node& node) {
    uint64_t latest = node.value ? node.value->used : 0;
    for (const auto& [token, child] : node.children) latest = std::max(latest, last_use(*child));
    return latest;
  }

  const std::vector<uint32_t>* prompt_;
  bool exact_;
  int limit_;
  typename Trie::Match found_;
  PrefixReport report_;
  Node* best_ = nullptr;
  Node* stored_ = nullptr;
  int stored_length_ = 0;
  int reachable_ = 0;  // tokens that a state in memory shares with the prompt
};

}  // namespace mlxengine
