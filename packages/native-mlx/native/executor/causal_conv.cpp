#include "executor/causal_conv.h"

#include <mlx/ops.h>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// x [n + K - 1, C] and taps [K, C] to [n, C]. The taps are few, so that sums of shifted rows are quicker than MLX's
// convolution.
mx::array convolved(const mx::array& x, const mx::array& taps) {
  const int width = taps.shape(0);
  const int count = x.shape(0) - width + 1;
  if (count == 1) return mx::sum(mx::multiply(x, taps), 0, /* keepdims */ true);
  const auto tapped = [&](int k) { return mx::multiply(slice_of(x, 0, k, k + count), slice_of(taps, 0, k, k + 1)); };
  auto sum = tapped(0);
  for (int k = 1; k < width; k++) sum = mx::add(sum, tapped(k));
  return sum;
}

}  // namespace

mx::array causal_conv(const mx::array& x,
                      const mx::array& weight,
                      const std::optional<mx::array>& bias,
                      const CausalConvOperation& operation,
                      const Step& step) {
  const auto taps = mx::transpose(to_float32(mx::squeeze(weight, 2)));
  const int width = taps.shape(0);
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    const auto own = rows_of(x, rows);
    RecurrentState& state = rows.group->recurrent(operation.state);
    const auto before = state.at(rows.slot).value_or(mx::zeros({width - 1, x.shape(1)}, x.dtype()));
    const auto inputs = mx::concatenate({before, own}, 0);
    if (!rows.idle) state.set(rows.slot, rows.group->size(), slice_of(inputs, 0, rows.count, rows.count + width - 1));
    parts.push_back(convolved(to_float32(inputs), taps));
  }
  auto output = joined(std::move(parts));
  if (bias) output = mx::add(output, *bias);
  if (operation.activation == ConvActivation::silu) output = mx::multiply(output, mx::sigmoid(output));
  return mx::astype(output, x.dtype());
}

}  // namespace mlxengine
