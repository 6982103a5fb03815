#include "executor/rope.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

mx::array rope_periods(const RopeOperation& operation) {
  std::vector<float> periods;
  periods.reserve(operation.inverse_frequencies.size());
  // A pair that does not turn has frequency 0 and an infinite period, which MLX inverts to 0 again.
  for (const double frequency : operation.inverse_frequencies) periods.push_back(static_cast<float>(1.0 / frequency));
  return mx::array(periods.begin(), {static_cast<int>(periods.size())});
}

namespace {

// yarn and longrope stretch what is rotated, and only that.
mx::array amplified(const mx::array& x, const RopeOperation& operation) {
  if (operation.amplitude == 1.0F) return x;
  const auto factor = mx::array(operation.amplitude, x.dtype());
  if (operation.rotary_dimensions == x.shape(-1)) return mx::multiply(x, factor);
  const auto parts = mx::split(x, mx::Shape{operation.rotary_dimensions}, -1);
  return mx::concatenate({mx::multiply(parts[0], factor), parts[1]}, -1);
}

}  // namespace

mx::array rope(const mx::array& x, const RopeOperation& operation, const mx::array& periods, const Step& step) {
  const auto input = amplified(x, operation);
  std::vector<mx::array> parts;
  for (const SequenceRows& rows : step.sequences) {
    const auto heads_first = to_heads_first(rows_of(input, rows));
    const auto rotated = mx::fast::rope(heads_first,
                                        operation.rotary_dimensions,
                                        operation.traditional,
                                        std::nullopt,
                                        1.0F,
                                        rows.sequence->length(),
                                        periods);
    parts.push_back(to_rows_first(rotated));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
