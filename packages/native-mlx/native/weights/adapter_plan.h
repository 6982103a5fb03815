#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/value.h"
#include "weights/tensor_plan.h"

namespace mlxengine {

struct FactorPlan {
  std::string tensor;
  bool transposed;  // whether its last two dimensions are the other way round
};

// W + scale · up · down.
struct AdapterWeightPlan {
  WeightId weight;
  FactorPlan down;
  FactorPlan up;
  float scale;
  std::optional<std::string> magnitude;
};

// An adapter and where its bytes come from. Shapes fit the graph's.
struct AdapterPlan {
  int id = 0;
  std::vector<AdapterWeightPlan> weights;
  std::map<std::string, TensorPlan> tensors;
  std::map<std::string, std::vector<uint8_t>> provided;  // of the tensors without a file
};

}  // namespace mlxengine
