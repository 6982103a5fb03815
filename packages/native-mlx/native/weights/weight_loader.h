#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "runtime/cancellation.h"
#include "runtime/failure.h"
#include "weights/loaded_weight.h"
#include "weights/tensor_builder.h"
#include "weights/tensor_reader.h"

namespace mlxengine {

// Reads every weight of a graph straight into MLX's memory: first the tensors that JavaScript hands over, part by part,
// then those in files, all at once. What does not fit the graph is refused before a byte of a file is read, and besides
// the weights no more is held than a part. All but the construction is the owner thread's.
class WeightLoader {
 public:
  // The graph must outlive the loader.
  WeightLoader(const Graph& graph, LoadPlan plan);

  mlx::core::Dtype dtype() const { return plan_.dtype; }
  uint64_t file_bytes() const { return plan_.file_bytes; }

  // The next bytes of a tensor without a file.
  void provide(const std::string& name, const std::vector<uint8_t>& bytes);

  // The progress is that of bytes read from files.
  LoadedWeights load(const Cancellation& cancellation, const std::function<void(uint64_t read_bytes)>& on_progress);

 private:
  // The bytes of the arrays that these return are there once the reader has read them.
  LoadedWeight load_weight(const Weight& declaration, TensorReader& reader);
  LoadedWeight load_quantized(const Weight& declaration, const Quantization& quantization, TensorReader& reader);
  mlx::core::array global_scale(const Weight& declaration, TensorReader& reader);
  void load_bias(const Weight& declaration, LoadedWeight& loaded, TensorReader& reader);
  mlx::core::array floats(const std::string& name, const std::vector<int>& shape, TensorReader& reader);
  mlx::core::array tensor(const std::string& name, const std::vector<int>& shape, TensorReader& reader);

  const TensorPlan& plan_of(const std::string& name, FailureKind kind) const;
  mlx::core::Dtype final_dtype(const std::string& name, const TensorPlan& plan) const;

  const Graph& graph_;
  const LoadPlan plan_;
  std::set<std::string> kept_in_float32_;
  std::map<std::string, TensorBuilder> provided_;
};

}  // namespace mlxengine
