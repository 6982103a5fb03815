#include "generation/sampling/draw.h"

#include <mlx/ops.h>

#include "generation/uniform.h"

namespace mx = mlx::core;

namespace mlxengine {

mx::array running_sums(const mx::array& probabilities) {
  const auto units = mx::astype(mx::multiply(probabilities, mx::array(static_cast<float>(unit_of_sums))), mx::uint64);
  return mx::cumsum(units, -1);
}

mx::array draw_by_inverse_cdf(const mx::array& scores, const SamplerRows& rows) {
  const auto inverse = column<float>(rows, [](const SamplerRow& row) { return 1.0F / row.parameters().temperature; });
  // The draw has 24 bits.
  const auto draws = column<uint64_t>(rows, [](const SamplerRow& row) {
    return static_cast<uint64_t>(uniform(row.parameters().seed, row.index()) * 16777216.0F);
  });
  const auto running = running_sums(mx::softmax(mx::multiply(scores, inverse), -1, /* precise */ true));
  const int last = scores.shape(1);
  const auto sums = mx::slice(running, {0, last - 1}, {scores.shape(0), last});
  const auto thresholds = mx::multiply(mx::right_shift(sums, mx::array(uint64_t{24})), draws);
  return mx::argmax(mx::greater(running, thresholds), -1);
}

}  // namespace mlxengine
