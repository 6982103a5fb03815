#pragma once

#include <mlx/array.h>

#include <array>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executor/cuda/cuda_driver.h"
#include "executor/cuda/cuda_kernel.h"
#include "graph/operations.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// A quantized linear layer with what surrounds it, of few rows.
struct Projection {
  const LoadedWeight& weight;
  // Of a norm before it.
  std::optional<mlx::core::array> norm = std::nullopt;
  float epsilon = 0;
  // Its first half of rows gates the second.
  std::optional<GatedActivation> gate = std::nullopt;
  // What the result is added to.
  std::optional<mlx::core::array> residual = std::nullopt;
};

// What a layer's attention computes between its projections.
struct HeadsLayout {
  int query_heads;
  int key_heads;
  int dimensions;
  int rotary_dimensions;
  int window;  // 0: none
  std::optional<mlx::core::array> query_norm;
  std::optional<mlx::core::array> key_norm;
  float epsilon;
  mlx::core::array frequencies;  // [rotary_dimensions / 2], float32
  float amplitude;
  float scale;
};

// Keys and values of one layer, [slots, heads, capacity, D] each, which a step writes at its rows' positions.
struct HeadsStorage {
  mlx::core::array keys;
  mlx::core::array values;
};

// Kernels of our own, for 16 bit activations on CUDA. One token of each sequence at a time is held back there by the
// number of operations, so that each of these does the work of many.
class CudaKernels {
 public:
  // None where they cannot run.
  static std::shared_ptr<CudaKernels> open(mlx::core::Dtype dtype);

  // Most rows of an attention.
  static constexpr int most_attended = 64;

  static bool fits(const LoadedWeight& weight);
  // Whether a projection of so many rows is faster than MLX's.
  static bool pays(const LoadedWeight& weight, int rows);
  static bool fits(const HeadsLayout& layout);
  static bool fits(GatedActivation activation);

  // Compiles what single rows need, so that no request waits for it, and begins with what a few rows need.
  void prepare(const Projection& projection);
  void prepare(const HeadsLayout& layout);
  void finish_preparation();

  // Whether projections of so many rows are compiled.
  bool is_ready(const Projection& projection, int rows);

  // Launches that belong together. Between them values lie in memory that is used again and again; `is_last` puts what
  // a launch makes into memory of its own.
  CudaSequence sequence() const { return CudaSequence(driver_); }
  // [rows, in] to [rows, out].
  mlx::core::array project(CudaSequence& sequence,
                           const mlx::core::array& x,
                           const Projection& projection,
                           bool is_last);
  // [rows, (query heads + 2 · key heads) · D] to [rows, query heads · D]. Writes keys and values in place.
  mlx::core::array attend(CudaSequence& sequence,
                          const mlx::core::array& projected,
                          const HeadsLayout& layout,
                          const HeadsStorage& storage,
                          const std::vector<int>& positions,
                          bool is_last);

  // The sum of two, and its norm.
  std::pair<mlx::core::array, mlx::core::array> add_norm(const mlx::core::array& x,
                                                         const mlx::core::array& residual,
                                                         const mlx::core::array& norm,
                                                         float epsilon);

  // [rows, 2 · n], gates first, to [rows, n].
  mlx::core::array gated(const mlx::core::array& both, GatedActivation activation);

 private:
  static constexpr int most_projected = 8;

  enum class Source : int { project, attend, add_norm, gate };
  // What a kernel is compiled for: its source, and the values of its settings.
  using Settings = std::array<int, 12>;
  struct Kernel {
    std::shared_future<std::vector<char>> compiled;
    CudaFunction function = nullptr;
  };

  CudaKernels(std::shared_ptr<const CudaDriver> driver, mlx::core::Dtype dtype);

  Kernel& kernel(Source source, const Settings& settings);
  std::string text_of(Source source, const Settings& settings) const;
  CudaFunction function_of(Kernel& kernel, const char* name, unsigned int shared_bytes);
  static Settings projection_settings(const Projection& projection, int rows);
  static Settings layout_settings(const HeadsLayout& layout);
  mlx::core::array memory(const mlx::core::Shape& shape, int place, bool is_last);
  // Memory that a launch after another may use.
  const mlx::core::array& scratch(std::optional<mlx::core::array>& kept, int count, mlx::core::Dtype dtype);

  std::shared_ptr<const CudaDriver> driver_;
  mlx::core::Dtype dtype_;
  CudaBuffers buffers_;
  std::map<std::pair<Source, Settings>, Kernel> kernels_;
  std::vector<Kernel*> awaited_;
  std::optional<mlx::core::array> counters_;
  std::optional<mlx::core::array> partials_;
  // By place, rows and columns.
  std::map<std::array<int, 3>, mlx::core::array> passing_;
};

}  // namespace mlxengine
