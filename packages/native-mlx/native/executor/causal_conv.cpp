#include "executor/causal_conv.h"

#include <mlx/ops.h>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// x [slots, n + K - 1, C] and taps [K, C] to [slots · n, C]. The taps are few, so that sums of shifted rows are quicker
// than MLX's convolution.
mx::array convolved(const mx::array& x, const mx::array& taps) {
  const int width = taps.shape(0);
  const int count = x.shape(1) - width + 1;
  if (count == 1) return mx::sum(mx::multiply(x, taps), 1);
  const auto tapped = [&](int k) { return mx::multiply(slice_of(x, 1, k, k + count), slice_of(taps, 0, k, k + 1)); };
  auto sum = tapped(0);
  for (int k = 1; k < width; k++) sum = mx::add(sum, tapped(k));
  return mx::flatten(sum, 0, 1);
}

// The last K - 1 inputs before the step's tokens and after them, or after each of them.
std::vector<mx::array> windows_of(const mx::array& inputs, int kept, bool checkpoints) {
  const int count = inputs.shape(1) - kept;
  const auto after = [&](int tokens) { return slice_of(inputs, 1, tokens, tokens + kept); };
  std::vector<mx::array> windows{after(0)};
  for (int tokens = 1; checkpoints && tokens < count; tokens++) windows.push_back(after(tokens));
  // A slice would keep all of a chunk's inputs.
  windows.push_back(count > kept ? mx::contiguous(after(count)) : after(count));
  return windows;
}

}  // namespace

mx::array conv_taps(const mx::array& weight) {
  return mx::contiguous(mx::transpose(to_float32(mx::squeeze(weight, 2))));
}

mx::array causal_conv(const mx::array& x,
                      const mx::array& taps,
                      const std::optional<mx::array>& bias,
                      const CausalConvOperation& operation,
                      const Step& step) {
  const int kept = taps.shape(0) - 1;
  std::vector<mx::array> parts;
  for (const GroupRows& rows : step.groups) {
    RecurrentState& state = rows.group->recurrent(operation.state);
    const auto before = state.value(rows.slots(), {kept, x.shape(1)}, x.dtype());
    const auto own = mx::reshape(rows_of(x, rows), {rows.slots(), rows.count, x.shape(1)});
    const auto inputs = mx::concatenate({before, own}, 1);
    state.write(windows_of(inputs, kept, step.checkpoints), rows.idle, step.checkpoints);
    parts.push_back(convolved(to_float32(inputs), taps));
  }
  auto output = joined(std::move(parts));
  if (bias) output = mx::add(output, *bias);
  if (operation.activation == ConvActivation::silu) output = mx::multiply(output, mx::sigmoid(output));
  return mx::astype(output, x.dtype());
}

}  // namespace mlxengine
