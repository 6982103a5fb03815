#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "graph/operations.h"
#include "graph/states.h"
#include "graph/value.h"

// A model as plain data, as JavaScript handed it over; see ModelGraph in @mlxengine/core/graph.
namespace mlxengine {

// matrix [out, in] and stack [count, out, in]: dense or quantized `path.weight`; vector: dense `path.weight`; tensor:
// the dense tensor that is named `path` itself.
enum class WeightKind { matrix, stack, vector, tensor };

struct Weight {
  std::string path;
  WeightKind kind;
  std::vector<int> shape;
  bool bias;  // `path.bias`, [out]; of a stack [count, out]; of a vector of its shape
};

struct Outputs {
  std::optional<ValueId> logits;  // [rows, vocabulary]; or else one or both of the others
  std::optional<ValueId> pooled;  // [sequences, n]
  std::optional<ValueId> hidden;  // [tokens, n]
};

struct Graph {
  std::vector<Value> values;
  std::vector<Operation> operations;
  std::vector<State> states;
  std::vector<Weight> weights;
  Outputs outputs;
  int vocabulary_size;
  int context_length;
  // Token types are below it: the fewest rows of the embeddings that they choose from. Found by check_graph.
  int token_type_count = std::numeric_limits<int>::max();
};

}  // namespace mlxengine
