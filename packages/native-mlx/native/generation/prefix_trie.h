#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace mlxengine {

// A trie over tokens whose edges hold runs of them. Nodes carry values; those without one and with fewer than two
// children are merged away.
template <class Value>
class PrefixTrie {
 public:
  struct Node {
    Node* parent = nullptr;
    std::vector<uint32_t> edge;  // the tokens from the parent to here
    std::map<uint32_t, std::unique_ptr<Node>> children;
    int length = 0;  // tokens from the root to here
    std::optional<Value> value;
  };

  // How far the trie knows a sequence.
  struct Match {
    int length = 0;  // tokens that it shares with the trie
    Node* node;      // where they end: this node, or the edge to it
    bool inside;     // the latter
  };

  bool empty() const { return root_.children.empty() && !root_.value; }

  Match match(const std::vector<uint32_t>& tokens) {
    Node* node = &root_;
    size_t position = 0;
    while (position < tokens.size()) {
      const auto child = node->children.find(tokens[position]);
      if (child == node->children.end()) break;
      node = child->second.get();
      const size_t common = common_length(node->edge, tokens, position);
      position += common;
      if (common < node->edge.size()) return {static_cast<int>(position), node, true};
    }
    return {static_cast<int>(position), node, false};
  }

  // The node of exactly these tokens, made where there is none. At least one token.
  Node& at(const std::vector<uint32_t>& tokens) {
    const Match found = match(tokens);
    Node* node = found.inside ? &split(*found.node, found.length) : found.node;
    const auto length = static_cast<size_t>(found.length);
    if (length == tokens.size()) return *node;
    auto child = std::make_unique<Node>();
    child->parent = node;
    child->edge.assign(tokens.begin() + found.length, tokens.end());
    child->length = static_cast<int>(tokens.size());
    return *(node->children[tokens[length]] = std::move(child));
  }

  // The tokens from the root to a node.
  static std::vector<uint32_t> tokens(const Node& node) {
    std::vector<uint32_t> tokens(static_cast<size_t>(node.length));
    for (const Node* at = &node; at->parent != nullptr; at = at->parent)
      std::copy(at->edge.begin(), at->edge.end(), tokens.begin() + at->parent->length);
    return tokens;
  }

  static bool is_below(const Node& node, const Node& ancestor) {
    const Node* at = &node;
    while (at != nullptr && at->length > ancestor.length) at = at->parent;
    return at == &ancestor;
  }

  // Takes the value away, and the nodes that are of no use without it.
  void clear(Node& node) {
    node.value.reset();
    Node* at = &node;
    while (at->parent != nullptr && !at->value && at->children.empty()) {
      Node* parent = at->parent;
      const uint32_t first = at->edge.front();
      parent->children.erase(first);
      at = parent;
    }
    merge(*at);
  }

  // Visits every node that has a value.
  template <class Visit>
  void each(const Visit& visit) {
    visit_below(root_, visit);
  }

 private:
  static size_t common_length(const std::vector<uint32_t>& edge, const std::vector<uint32_t>& tokens, size_t position) {
    const size_t comparable = std::min(edge.size(), tokens.size() - position);
    const auto end = edge.begin() + static_cast<std::ptrdiff_t>(comparable);
    const auto differs = std::mismatch(edge.begin(), end, tokens.begin() + static_cast<std::ptrdiff_t>(position));
    return static_cast<size_t>(differs.first - edge.begin());
  }

  // Puts a node into the edge that leads to `node`, `length` tokens from the root.
  Node& split(Node& node, int length) {
    auto middle = std::make_unique<Node>();
    middle->parent = node.parent;
    middle->length = length;
    const auto at = node.edge.begin() + (length - node.parent->length);
    middle->edge.assign(node.edge.begin(), at);
    auto& place = node.parent->children[node.edge.front()];
    node.edge.erase(node.edge.begin(), at);
    node.parent = middle.get();
    middle->children[node.edge.front()] = std::move(place);
    place = std::move(middle);
    return *place;
  }

  // Joins a node that only leads to its one child with that child; the child stays where it is.
  static void merge(Node& node) {
    if (node.parent == nullptr || node.value || node.children.size() != 1) return;
    std::unique_ptr<Node> child = std::move(node.children.begin()->second);
    child->edge.insert(child->edge.begin(), node.edge.begin(), node.edge.end());
    child->parent = node.parent;
    auto& place = node.parent->children[node.edge.front()];
    place = std::move(child);  // which ends `node`
  }

  template <class Visit>
  static void visit_below(Node& node, const Visit& visit) {
    if (node.value) visit(node);
    for (auto& [token, child] : node.children) visit_below(*child, visit);
  }

  Node root_;
};

}  // namespace mlxengine
