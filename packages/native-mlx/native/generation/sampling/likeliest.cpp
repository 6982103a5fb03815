#include "generation/sampling/likeliest.h"

#include <mlx/ops.h>

#include <numeric>

#include "generation/sampling/sampler_row.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// The places of the `count` largest of each row. The sort is stable, so of equals the first ones come first.
mx::array largest(const mx::array& values, int count) {
  const auto order = mx::argsort(mx::negative(values), -1);
  return mx::slice(order, {0, 0}, {values.shape(0), count});
}

// Both sorts are about as long.
int block_size(int vocabulary_size, int count) {
  int size = 16;
  while (4 * size * size * count <= vocabulary_size) size *= 2;
  return size;
}

}  // namespace

Likeliest find_likeliest(const mx::array& scores, int count) {
  const int rows = scores.shape(0);
  const int vocabulary_size = scores.shape(1);
  const int size = block_size(vocabulary_size, count);
  const int blocks = (vocabulary_size + size - 1) / size;
  if (blocks <= count) {
    const auto tokens = largest(scores, count);
    return {mx::take_along_axis(scores, tokens, -1), tokens};
  }
  const int padding = blocks * size - vocabulary_size;
  const auto padded = padding == 0 ? scores : mx::pad(scores, {{0, 0}, {0, padding}}, minus_infinity());
  const auto blocked = mx::reshape(padded, {rows, blocks, size});
  // In order of their ids, so that the candidates are too.
  const auto chosen = mx::expand_dims(mx::sort(largest(mx::max(blocked, -1), count), -1), -1);
  const auto candidates = mx::reshape(mx::take_along_axis(blocked, chosen, 1), {rows, count * size});
  std::vector<uint32_t> numbers(static_cast<size_t>(size));
  std::iota(numbers.begin(), numbers.end(), 0U);
  const mx::array offsets(numbers.begin(), {size});
  const auto ids =
      mx::reshape(mx::add(mx::multiply(chosen, mx::array(static_cast<uint32_t>(size))), offsets), {rows, count * size});
  const auto places = largest(candidates, count);
  return {mx::take_along_axis(candidates, places, -1), mx::take_along_axis(ids, places, -1)};
}

}  // namespace mlxengine
