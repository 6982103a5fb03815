#include "generation/model.h"

#include <mlx/memory.h>
#include <mlx/stream.h>

namespace mx = mlx::core;

namespace mlxengine {

void Model::start(LoadedWeights weights, mx::Dtype dtype) {
  executor = std::make_unique<Executor>(graph, std::move(weights), dtype, cache_format);
  prefix_cache.open(graph, prefix_options, dtype);
  scheduler = std::make_unique<Scheduler>(*executor, prefix_cache, device, limits, *recovery);
}

bool Model::tick() {
  if (!scheduler) return false;
  try {
    mx::set_default_device(device);
    return scheduler->tick();
  } catch (...) {
    scheduler->abandon(current_failure());
    return false;
  }
}

void Model::abandon() {
  if (scheduler)
    scheduler->abandon({FailureKind::aborted, "[model] request, expected a loaded model, got unloaded", "", 0});
}

void Model::drop_caches() {
  if (scheduler) scheduler->spare_memory();
  prefix_cache.clear();
  mx::clear_cache();
}

void Model::release() {
  abandon();
  const bool is_dead = recovery->health().failure().has_value();
  if (!is_dead) mx::synchronize();
  // What a dead device holds cannot be written anywhere.
  if (!is_dead) prefix_cache.flush();
  prefix_cache.close();
  loader.reset();
  scheduler.reset();
  adapters.clear();
  executor.reset();
  mx::clear_cache();
}

}  // namespace mlxengine
