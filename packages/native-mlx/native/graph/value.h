#pragma once

#include <vector>

namespace mlxengine {

// Indices into the lists of a Graph.
using ValueId = int;
using WeightId = int;
using StateId = int;

enum class Leading { tokens, rows, sequences, none };

enum class ElementType { integer, real };

// Static shape of a value: a leading dimension known only at run time, or none, then the trailing ones.
struct Value {
  Leading leading;
  std::vector<int> dimensions;
  ElementType type;
  bool bfloat16;  // rounded to it in a float32 model, as MLX leaves what an embedding of quantized floats gives
};

}  // namespace mlxengine
