#include "executor/precise_values.h"

namespace mlxengine {

namespace {

class Marker {
 public:
  explicit Marker(const Graph& graph) : precise_(graph.values.size(), false) {}

  template <typename Other>
  void operator()(const Other&) {}

  void operator()(const GatedDeltaOperation& operation) { mark(operation.decay); }
  void operator()(const SSMScanOperation& operation) {
    mark(operation.dt);
    mark(operation.a);
  }

  void operator()(const UnaryOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const ScaleOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const ClipOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const ReshapeOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const BroadcastOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const TransposeOperation& operation) { pass(operation.output, operation.input); }
  void operator()(const BinaryOperation& operation) {
    pass(operation.output, operation.left);
    pass(operation.output, operation.right);
  }

  std::vector<bool> marked() { return std::move(precise_); }

 private:
  void mark(ValueId id) { precise_[static_cast<size_t>(id)] = true; }
  void pass(ValueId from, ValueId to) {
    if (precise_[static_cast<size_t>(from)]) mark(to);
  }

  std::vector<bool> precise_;
};

}  // namespace

std::vector<bool> precise_values(const Graph& graph) {
  Marker marker(graph);
  // Backwards: whoever reads a value is marked before the one that makes it.
  for (auto operation = graph.operations.rbegin(); operation != graph.operations.rend(); ++operation)
    std::visit(marker, *operation);
  return marker.marked();
}

}  // namespace mlxengine
