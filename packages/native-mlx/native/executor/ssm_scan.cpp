#include "executor/ssm_scan.h"

#include <mlx/ops.h>

#include <algorithm>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Tokens of a block: its matrices are [H, n, n] where a head has one decay, its states [n, H, D, N] where it has many.
constexpr int head_block = 128;
constexpr int column_block = 32;

// A block of one sequence's tokens in float32.
struct Block {
  mx::array x;   // dt · x, [n, H, D]
  mx::array dt;  // [n, H]
  mx::array b;   // [n, G, N]
  mx::array c;   // [n, G, N]
};

// One token, decay [1, H, 1, 1 or N]: [1, H, D].
mx::array step_token(const Block& block, const mx::array& decay, mx::array& state) {
  const int heads = block.x.shape(1);
  const auto input = mx::expand_dims(spread_heads(block.b, 1, heads), 2);
  state = mx::add(mx::multiply(state, mx::squeeze(decay, 0)),
                  mx::squeeze(mx::multiply(mx::expand_dims(block.x, 3), input), 0));
  return mx::sum(mx::multiply(state, mx::expand_dims(spread_heads(block.c, 1, heads), 2)), -1);
}

// One decay a head, a [H]: answers are products with all earlier inputs of the block, and with the state before it.
mx::array scan_heads(const Block& block, const mx::array& a, mx::array& state) {
  const int heads = block.x.shape(1);
  const auto decay = mx::swapaxes(mx::exp(mx::multiply(block.dt, a)), 0, 1);
  const auto between = decay_between(decay);
  const auto heads_first = [&](const mx::array& x) { return spread_heads(mx::swapaxes(x, 0, 1), 0, heads); };
  const auto inputs = mx::swapaxes(block.x, 0, 1);
  const auto b = heads_first(block.b);
  const auto c = heads_first(block.c);
  const auto shares = mx::multiply(mx::matmul(c, mx::swapaxes(b, 1, 2)), between);
  const auto since_start = mx::expand_dims(mx::cumprod(decay, 1), 2);
  const auto carried = mx::multiply(mx::matmul(c, mx::swapaxes(state, 1, 2)), since_start);
  const auto answer = mx::add(mx::matmul(shares, inputs), carried);
  const int last = block.x.shape(0) - 1;
  const auto until_end = mx::swapaxes(slice_of(between, 1, last, last + 1), 1, 2);
  state = mx::add(mx::multiply(state, slice_of(since_start, 1, last, last + 1)),
                  mx::matmul(mx::swapaxes(mx::multiply(inputs, until_end), 1, 2), b));
  return mx::swapaxes(answer, 0, 1);
}

// One decay a column, a [H, N]: S_t = decay_t S_{t-1} + input_t for all tokens by doubling, where after each round
// element t holds what the last 1, 2, 4, … tokens make of a state.
mx::array scan_columns(const Block& block, const mx::array& a, mx::array& state) {
  const int count = block.x.shape(0);
  const int heads = block.x.shape(1);
  auto decay = mx::exp(mx::multiply(mx::expand_dims(block.dt, {2, 3}), mx::expand_dims(a, 1)));
  auto states = mx::multiply(mx::expand_dims(block.x, 3), mx::expand_dims(spread_heads(block.b, 1, heads), 2));
  for (int reach = 1; reach < count; reach *= 2) {
    const auto later = slice_of(decay, 0, reach, count);
    const auto moved = mx::multiply(later, slice_of(states, 0, 0, count - reach));
    states = mx::concatenate({slice_of(states, 0, 0, reach), mx::add(slice_of(states, 0, reach, count), moved)}, 0);
    decay =
        mx::concatenate({slice_of(decay, 0, 0, reach), mx::multiply(later, slice_of(decay, 0, 0, count - reach))}, 0);
  }
  states = mx::add(states, mx::multiply(decay, state));
  state = mx::squeeze(slice_of(states, 0, count - 1, count), 0);
  return mx::sum(mx::multiply(states, mx::expand_dims(spread_heads(block.c, 1, heads), 2)), -1);
}

mx::array scan_block(const Block& block, const mx::array& a, mx::array& state) {
  const bool has_columns = a.ndim() == 2;
  if (block.x.shape(0) > 1) return has_columns ? scan_columns(block, a, state) : scan_heads(block, a, state);
  const auto factors = mx::expand_dims(has_columns ? a : mx::expand_dims(a, 1), 1);
  const auto decay = mx::exp(mx::multiply(mx::expand_dims(block.dt, {2, 3}), factors));
  return step_token(block, decay, state);
}

}  // namespace

mx::array ssm_scan(const SSMInputs& inputs, const SSMScanOperation& operation, const Step& step) {
  const auto dt = to_float32(inputs.dt);
  const auto x = mx::multiply(to_float32(inputs.x), mx::expand_dims(dt, 2));
  const auto a = to_float32(inputs.a);
  const auto b = to_float32(inputs.b);
  const auto c = to_float32(inputs.c);
  const int block_size = a.ndim() == 2 ? column_block : head_block;
  std::vector<mx::array> parts;
  for (const SequenceRows& rows : step.sequences) {
    RecurrentState& state = rows.sequence->recurrent(operation.state);
    auto matrix = state_or_zeros(state, {x.shape(1), x.shape(2), b.shape(2)});
    for (int start = 0; start < rows.count; start += block_size) {
      const SequenceRows part{rows.sequence, rows.first + start, std::min(block_size, rows.count - start)};
      const Block block{rows_of(x, part), rows_of(dt, part), rows_of(b, part), rows_of(c, part)};
      parts.push_back(scan_block(block, a, matrix));
    }
    state.value = matrix;
  }
  return mx::astype(joined(std::move(parts)), inputs.x.dtype());
}

}  // namespace mlxengine
