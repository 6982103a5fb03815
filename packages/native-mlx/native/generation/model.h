#pragma once

#include <mlx/device.h>
#include <mlx/dtype.h>

#include <memory>
#include <optional>

#include "executor/executor.h"
#include "generation/prefix_cache.h"
#include "graph/graph.h"
#include "weights/weight_loader.h"

namespace mlxengine {

// A model with its weights and its cached sequences. Everything in it that is MLX's belongs to the owner thread.
struct Model {
  Graph graph;
  mlx::core::Device device = mlx::core::Device::cpu;
  std::unique_ptr<WeightLoader> loader;  // until all weights are there
  std::unique_ptr<Executor> executor;    // from then on
  PrefixCache prefix_cache;

  // Tokens a forward pass of a prompt. On the CPU rows gain little from company, and a chunk is what an abort waits
  // for; a GPU wants many rows, and 2,048 is what mlx-lm takes.
  int prefill_chunk() const { return device == mlx::core::Device::cpu ? 16 : 2048; }

  // Gives all memory back.
  void release();
};

}  // namespace mlxengine
