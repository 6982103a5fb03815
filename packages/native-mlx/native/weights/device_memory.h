#pragma once

#include <mlx/array.h>

#include "weights/loaded_weight.h"

namespace mlxengine {

// Moves weights that were read into memory that host and device share into the device's own: CUDA serves shared memory
// page by page. Holds one tensor twice at a time. Elsewhere nothing is moved.
void move_to_device(LoadedWeights& weights);

}  // namespace mlxengine
