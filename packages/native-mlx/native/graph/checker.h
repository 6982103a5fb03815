#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace mlxengine {

using Shape = std::vector<int>;

std::string to_string(const Shape& shape);
int64_t elements(const Shape& shape);

// What the checks of all operations share: which values are made so far, and how to complain. A dimension of `any` in
// an expected shape fits every one.
class Checker {
 public:
  static constexpr int any = -1;

  explicit Checker(Graph& graph) : graph_(graph), made_(graph.values.size(), false), bounds_(graph.values.size(), 0) {}

  // The operation that complaints name.
  void start_operation(size_t number) { place_ = "operation " + std::to_string(number); }
  void start_outputs() { place_ = "outputs"; }

  // A float value that is made already.
  const Shape& real(ValueId id, const char* what);
  const Shape& real(ValueId id, const char* what, Leading leading, const Shape& expected);
  // An integer value that is made already: its shape, and what all its elements are below.
  const Shape& integers(ValueId id, const char* what);
  int64_t bound(ValueId id) const { return bounds_[static_cast<size_t>(id)]; }
  // Refuses the leading dimension `none`.
  void expect_rows(ValueId id, const char* what);

  Leading leading(ValueId id) const { return graph_.values[static_cast<size_t>(id)].leading; }
  const Weight& weight(WeightId id, WeightKind kind, const Shape& expected);
  template <typename StateKind>
  const StateKind& state(StateId id, const char* kind);
  // A state that no other operation names.
  void own_state(StateId id);

  // The output of the operation: what is declared has to be what the operation makes.
  void make(ValueId id, Leading leading, const Shape& shape);
  void make_integers(ValueId id, Leading leading, const Shape& shape, int64_t bound);

  void expect_shape(const Shape& found, const Shape& expected, const std::string& what) const;
  void expect(bool fits, const std::string& what, const std::string& expected, const std::string& found) const {
    if (!fits) fail(what, expected, found);
  }
  [[noreturn]] void fail(const std::string& what, const std::string& expected, const std::string& found) const;

  Graph& graph() { return graph_; }
  // Keys and values of the attention that came first for a state.
  std::map<StateId, std::pair<ValueId, ValueId>>& caches() { return caches_; }

 private:
  const Value& value(ValueId id, const char* what) const;
  void make(ValueId id, const Value& made);

  Graph& graph_;
  std::string place_;
  std::vector<bool> made_;
  std::vector<int64_t> bounds_;
  std::set<StateId> owned_;
  std::map<StateId, std::pair<ValueId, ValueId>> caches_;
};

template <typename StateKind>
const StateKind& Checker::state(StateId id, const char* kind) {
  const auto* found = std::get_if<StateKind>(&graph_.states[static_cast<size_t>(id)]);
  if (found == nullptr) fail("state", std::string("a state of the type ") + kind, "another");
  return *found;
}

}  // namespace mlxengine
