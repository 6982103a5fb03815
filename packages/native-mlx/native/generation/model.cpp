#include "generation/model.h"

#include <mlx/memory.h>
#include <mlx/stream.h>

namespace mx = mlx::core;

namespace mlxengine {

void Model::release() {
  mx::synchronize();
  loader.reset();
  executor.reset();
  prefix_cache.clear();
  mx::clear_cache();
}

}  // namespace mlxengine
