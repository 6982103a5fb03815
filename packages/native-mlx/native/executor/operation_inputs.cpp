#include "executor/operation_inputs.h"

namespace mlxengine {

namespace {

struct InputCollector {
  template <typename Of>
  void operator()(const Of& operation) {
    if constexpr (requires { operation.input; }) add(operation.input);
    if constexpr (requires { operation.left; }) add(operation.left);
    if constexpr (requires { operation.right; }) add(operation.right);
    if constexpr (requires { operation.queries; }) add(operation.queries);
    if constexpr (requires { operation.rotated_queries; }) add(operation.rotated_queries);
    if constexpr (requires { operation.keys; }) add(operation.keys);
    if constexpr (requires { operation.values; }) add(operation.values);
    if constexpr (requires { operation.latents; }) add(operation.latents);
    if constexpr (requires { operation.rotated_keys; }) add(operation.rotated_keys);
    if constexpr (requires { operation.gate; }) add(operation.gate);
    if constexpr (requires { operation.up; }) add(operation.up);
    if constexpr (requires { operation.weights; }) add(operation.weights);
    if constexpr (requires { operation.decay; }) add(operation.decay);
    if constexpr (requires { operation.beta; }) add_number(operation.beta);
    if constexpr (requires { operation.dt; }) add(operation.dt);
    if constexpr (requires { operation.a; }) add(operation.a);
    if constexpr (requires { operation.b; }) add(operation.b);
    if constexpr (requires { operation.c; }) add(operation.c);
    if constexpr (requires { operation.inputs; })
      ids.insert(ids.end(), operation.inputs.begin(), operation.inputs.end());
  }
  // A route makes its indices.
  void operator()(const RouteOperation& operation) { add(operation.input); }
  void operator()(const ExpertLinearOperation& operation) {
    add(operation.input);
    add(operation.indices);
  }

  void add(ValueId id) { ids.push_back(id); }
  void add_number(ValueId id) { add(id); }
  // What is called alike but is a number.
  void add_number(float) {}

  std::vector<ValueId> ids;
};

}  // namespace

std::vector<ValueId> inputs_of(const Operation& operation) {
  InputCollector collector;
  std::visit(collector, operation);
  return std::move(collector.ids);
}

}  // namespace mlxengine
