#pragma once

#include <mlx/device.h>
#include <mlx/dtype.h>

#include <memory>
#include <optional>

#include "executor/executor.h"
#include "generation/model_adapters.h"
#include "generation/prefix_cache.h"
#include "generation/recovery.h"
#include "generation/scheduler.h"
#include "graph/graph.h"
#include "weights/weight_loader.h"

namespace mlxengine {

// A model with its weights and its cached sequences. Everything in it that is MLX's belongs to the owner thread.
struct Model {
  Graph graph;
  mlx::core::Device device = mlx::core::Device::cpu;
  std::unique_ptr<WeightLoader> loader;  // until all weights are there
  std::unique_ptr<Executor> executor;    // from then on
  ModelAdapters adapters;
  PrefixCacheOptions prefix_options;
  PrefixCache prefix_cache;
  SchedulerLimits limits;
  std::unique_ptr<Recovery> recovery;
  CacheFormat cache_format;
  std::unique_ptr<Scheduler> scheduler;  // while there is an executor

  // Takes the weights over: it can run from now on.
  void start(LoadedWeights weights, mlx::core::Dtype dtype);

  // Tokens of a sequence in a step that scores.
  int score_chunk() const { return PrefillPlanner(device).steady_chunk(); }

  // A moment's work on all generations; says whether there is more to do at once.
  bool tick();

  // Ends all generations.
  void abandon();

  // Gives back what is kept for later requests alone.
  void drop_caches();

  // Ends all generations and gives all memory back, as far as a device that is dead lets it.
  void release();
};

}  // namespace mlxengine
