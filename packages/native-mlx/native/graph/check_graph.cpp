#include "graph/check_graph.h"

#include "graph/check_operations.h"
#include "runtime/failure.h"

namespace mlxengine {

namespace {

size_t rank_of(const Weight& weight) {
  switch (weight.kind) {
    case WeightKind::matrix:
      return 2;
    case WeightKind::stack:
      return 3;
    case WeightKind::vector:
      return 1;
    case WeightKind::tensor:
      break;
  }
  return weight.shape.size();
}

void check_weights(const Graph& graph) {
  for (const Weight& weight : graph.weights) {
    if (weight.shape.size() != rank_of(weight)) {
      throw FailureError(FailureKind::argument,
                         "[graph] weight " + weight.path + ", expected rank " + std::to_string(rank_of(weight)) +
                             ", got " + to_string(weight.shape));
    }
    if (weight.kind == WeightKind::tensor && weight.bias) {
      throw FailureError(FailureKind::argument, "[graph] tensor " + weight.path + ", expected no bias, got one");
    }
  }
}

void check_outputs(Checker& checker, const Graph& graph) {
  checker.start_outputs();
  const auto& [logits, pooled, hidden] = graph.outputs;
  const bool embeds = pooled || hidden;
  checker.expect(logits.has_value() != embeds, "kind", "logits, or else pooled or hidden", embeds ? "both" : "none");
  if (logits) checker.real(*logits, "logits", Leading::rows, {graph.vocabulary_size});
  if (pooled) checker.real(*pooled, "pooled", Leading::sequences, {Checker::any});
  if (hidden) checker.real(*hidden, "hidden", Leading::tokens, {Checker::any});
}

}  // namespace

void check_graph(Graph& graph) {
  check_weights(graph);
  Checker checker(graph);
  for (size_t i = 0; i < graph.operations.size(); i++) {
    checker.start_operation(i);
    std::visit([&](const auto& operation) { check(checker, operation); }, graph.operations[i]);
  }
  check_outputs(checker, graph);
}

}  // namespace mlxengine
