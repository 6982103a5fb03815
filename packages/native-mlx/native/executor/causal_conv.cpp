#include "executor/causal_conv.h"

#include <mlx/ops.h>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Rows in float32, with a bias [C] where there is one, through the activation.
mx::array finished(mx::array rows, const std::optional<mx::array>& bias, ConvActivation activation, mx::Dtype dtype) {
  if (bias) rows = mx::add(rows, *bias);
  if (activation == ConvActivation::silu) rows = mx::multiply(rows, mx::sigmoid(rows));
  return mx::astype(rows, dtype);
}

// x [slots, n + K - 1, C] and taps [K, C] to [slots, n, C]. The taps are few, so that sums of shifted rows are quicker
// than MLX's convolution.
mx::array convolved(const mx::array& x, const mx::array& taps) {
  const int width = taps.shape(0);
  const int count = x.shape(1) - width + 1;
  const auto tapped = [&](int k) { return mx::multiply(slice_of(x, 1, k, k + count), slice_of(taps, 0, k, k + 1)); };
  auto sum = tapped(0);
  for (int k = 1; k < width; k++) sum = mx::add(sum, tapped(k));
  return sum;
}

// One token: the window [slots, K, C], taps and a bias where there is one, to [slots, C].
template <ConvActivation activation>
std::vector<mx::array> token_work(const std::vector<mx::array>& inputs) {
  const auto bias = inputs.size() > 2 ? std::optional(inputs[2]) : std::nullopt;
  const auto window = to_float32(inputs[0]);
  // What cannot be fused had better be few operations.
  const auto sum =
      is_fusing() ? mx::squeeze(convolved(window, inputs[1]), 1) : mx::sum(mx::multiply(window, inputs[1]), 1);
  return {finished(sum, bias, activation, inputs[0].dtype())};
}

mx::array convolve_token(const mx::array& window,
                         const mx::array& taps,
                         const std::optional<mx::array>& bias,
                         ConvActivation activation) {
  std::vector<mx::array> inputs{window, taps};
  if (bias) inputs.push_back(*bias);
  const bool is_silu = activation == ConvActivation::silu;
  return fused(is_silu ? token_work<ConvActivation::silu> : token_work<ConvActivation::none>, inputs)[0];
}

// Of many tokens, to [slots · n, C].
mx::array convolve_tokens(const mx::array& x,
                          const mx::array& taps,
                          const std::optional<mx::array>& bias,
                          ConvActivation activation) {
  return mx::flatten(finished(convolved(to_float32(x), taps), bias, activation, x.dtype()), 0, 1);
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
    parts.push_back(rows.count == 1 ? convolve_token(inputs, taps, bias, operation.activation)
                                    : convolve_tokens(inputs, taps, bias, operation.activation));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
