#include <algorithm>

#include "graph/check_operations.h"

namespace mlxengine {

void check(Checker& checker, const TokensOperation& operation) {
  checker.make_integers(operation.output, Leading::tokens, {}, checker.graph().vocabulary_size);
}

void check(Checker& checker, const PositionsOperation& operation) {
  const int64_t bound = int64_t{checker.graph().context_length} + operation.offset;
  checker.make_integers(operation.output, Leading::tokens, {}, bound);
}

void check(Checker& checker, const TokenTypesOperation& operation) {
  // A request's token types are held against the rows that they choose from, which are not known yet.
  checker.make_integers(operation.output, Leading::tokens, {}, 0);
}

void check(Checker& checker, const ParameterOperation& operation) {
  const Weight& weight = checker.graph().weights[static_cast<size_t>(operation.weight)];
  checker.weight(operation.weight, WeightKind::tensor, weight.shape);
  checker.make(operation.output, Leading::none, weight.shape);
}

void check(Checker& checker, const EmbeddingOperation& operation) {
  checker.expect_shape(checker.integers(operation.input, "input"), {}, "input");
  const Shape& matrix = checker.weight(operation.weight, WeightKind::matrix, {Checker::any, Checker::any}).shape;
  if (operation.limit) {
    checker.expect(*operation.limit <= matrix[0],
                   "limit",
                   "at most " + std::to_string(matrix[0]),
                   std::to_string(*operation.limit));
  } else {
    const int64_t bound = checker.bound(operation.input);
    checker.expect(bound <= matrix[0], "weight", "a row for each of " + std::to_string(bound), to_string(matrix));
    Graph& graph = checker.graph();
    if (bound == 0) graph.token_type_count = std::min(graph.token_type_count, matrix[0]);
  }
  checker.make(operation.output, checker.leading(operation.input), {matrix[1]});
}

void check(Checker& checker, const SelectRowsOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.real(operation.input, "input", Leading::tokens, input);
  checker.make(operation.output, Leading::rows, input);
}

void check(Checker& checker, const PoolOperation& operation) {
  const Shape& input = checker.real(operation.input, "input", Leading::tokens, {Checker::any});
  checker.make(operation.output, Leading::sequences, input);
}

}  // namespace mlxengine
