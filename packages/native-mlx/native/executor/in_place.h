#pragma once

#include <mlx/array.h>

namespace mlxengine {

// An update of an array (slice_update or scatter, just made and not evaluated yet) that writes into the buffer of its
// first input, however many others hold that buffer. MLX itself copies the whole array first while a submitted command
// still holds it, which under double-buffering is at every step. The input's content is gone where the update wrote:
// only for positions that nobody else reads.
mlx::core::array in_place(const mlx::core::array& update);

}  // namespace mlxengine
