#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "addon/js_reader.h"
#include "graph/graph.h"

namespace mlxengine {

constexpr size_t max_rank = 8;
constexpr int max_int = std::numeric_limits<int>::max();

// What operations refer to: values by number, weights and states by name.
struct GraphNames {
  size_t values = 0;
  std::map<std::string, WeightId> weights;
  std::map<std::string, StateId> states;
  // Those that an attention has named already.
  mutable std::set<StateId> written_states;
};

// One operation as JavaScript handed it over, member by member.
class OperationSource {
 public:
  OperationSource(JsReader from, const GraphNames& names) : from_(std::move(from)), names_(names) {}

  JsReader operator[](const char* key) const { return from_[key]; }
  bool has(const char* key) const { return from_.has(key); }

  ValueId value(const char* key) const { return value(from_[key]); }
  std::vector<ValueId> values(const char* key) const;
  WeightId weight(const char* key) const { return named(from_[key], names_.weights, "the path of a weight"); }
  std::optional<WeightId> optional_weight(const char* key) const;
  StateId state(const char* key) const { return named(from_[key], names_.states, "the name of a state"); }
  std::optional<StateId> optional_state(const char* key) const;
  // Whether no attention has named the state before.
  bool is_first_of(StateId state) const { return names_.written_states.insert(state).second; }

  float number(const char* key) const;
  std::optional<float> optional_number(const char* key) const;
  int integer(const char* key, int least, int most = max_int) const;
  std::optional<int> optional_integer(const char* key, int least) const;
  bool boolean(const char* key) const { return from_[key].boolean(); }
  std::vector<int> dimensions(const char* key) const { return from_[key].dimensions(max_rank); }

  template <typename Choice>
  Choice one_of(const char* key, const std::map<std::string, Choice>& choices) const {
    return choose(from_[key], choices);
  }

  template <typename Choice>
  static Choice choose(const JsReader& from, const std::map<std::string, Choice>& choices) {
    const auto found = choices.find(from.string());
    if (found != choices.end()) return found->second;
    std::string expected = "one of";
    for (const auto& [name, choice] : choices) expected.append(" ").append(name);
    from.fail(expected);
  }

 private:
  ValueId value(const JsReader& from) const { return from.index(names_.values); }
  static int named(const JsReader& from, const std::map<std::string, int>& names, const char* expected);

  JsReader from_;
  const GraphNames& names_;
};

}  // namespace mlxengine
