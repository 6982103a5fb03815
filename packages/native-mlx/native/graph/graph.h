#pragma once

#include <string>
#include <variant>
#include <vector>

// A model as plain data, as JavaScript handed it over; see ModelGraph in @mlxengine/core/graph. Weights and states are
// named by their index in the graph's lists.
namespace mlxengine {

using ValueId = int;
using WeightId = int;
using StateId = int;

enum class Leading { tokens, rows };

struct Value {
  Leading leading;
  std::vector<int> dimensions;
};

struct TokensOperation {
  ValueId output;
};

struct EmbeddingOperation {
  ValueId input;
  WeightId weight;
  ValueId output;
};

struct LinearOperation {
  ValueId input;
  WeightId weight;
  ValueId output;
};

struct RmsNormOperation {
  ValueId input;
  WeightId weight;
  float epsilon;
  ValueId output;
};

struct ReshapeOperation {
  ValueId input;
  std::vector<int> dimensions;
  ValueId output;
};

struct RopeOperation {
  ValueId input;
  int rotary_dimensions;
  bool traditional;
  std::vector<double> inverse_frequencies;
  float amplitude;
  ValueId output;
};

struct AttentionOperation {
  ValueId queries;
  ValueId keys;
  ValueId values;
  StateId state;
  float scale;
  ValueId output;
};

enum class Activation { silu };

struct GatedOperation {
  Activation activation;
  ValueId gate;
  ValueId up;
  ValueId output;
};

struct AddOperation {
  ValueId left;
  ValueId right;
  ValueId output;
};

struct SelectRowsOperation {
  ValueId input;
  ValueId output;
};

using Operation = std::variant<TokensOperation,
                               EmbeddingOperation,
                               LinearOperation,
                               RmsNormOperation,
                               ReshapeOperation,
                               RopeOperation,
                               AttentionOperation,
                               GatedOperation,
                               AddOperation,
                               SelectRowsOperation>;

struct KVState {
  std::string name;
  int heads;
  int key_dimension;
  int value_dimension;
};

struct Weight {
  std::string path;
  bool matrix;
  std::vector<int> shape;
  bool bias;
};

struct Graph {
  std::vector<Value> values;
  std::vector<Operation> operations;
  std::vector<KVState> states;
  std::vector<Weight> weights;
  ValueId logits;
  int vocabulary_size;
  int context_length;
};

}  // namespace mlxengine
