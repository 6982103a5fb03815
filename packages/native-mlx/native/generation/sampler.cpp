#include "generation/sampler.h"

#include <mlx/ops.h>

#include <cmath>
#include <limits>
#include <memory>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array minus_infinity() {
  return mx::array(-std::numeric_limits<float>::infinity());
}

mx::array log_probabilities(const mx::array& logits) {
  return mx::subtract(logits, mx::logsumexp(logits, -1, true));
}

// Keeps the smallest set of likeliest tokens whose probabilities sum to top_p, and what ties with its last.
mx::array apply_top_p(const mx::array& scores, float top_p) {
  const auto sorted = mx::sort(scores, -1);
  const auto probabilities = mx::exp(sorted);
  const auto mass_above = mx::cumsum(probabilities, -1, /* reverse */ true, /* inclusive */ false);
  const auto total = mx::sum(probabilities, -1, true);
  const auto dropped = mx::sum(mx::greater_equal(mass_above, mx::multiply(mx::array(top_p), total)), -1, true);
  const auto threshold = mx::take_along_axis(sorted, mx::astype(dropped, mx::int32), -1);
  return mx::where(mx::less(scores, threshold), minus_infinity(), scores);
}

mx::array apply_min_p(const mx::array& scores, float min_p) {
  const auto threshold = mx::add(mx::max(scores, -1, true), mx::array(std::log(min_p)));
  return mx::where(mx::less(scores, threshold), minus_infinity(), scores);
}

// The sort is stable, so of tied tokens the smaller ids stay, on every device.
mx::array apply_top_k(const mx::array& scores, int top_k) {
  const int vocabulary_size = scores.shape(-1);
  if (top_k >= vocabulary_size) return scores;
  const auto order = mx::argsort(mx::negative(scores), -1);
  const auto dropped = mx::slice(order, {0, top_k}, {1, vocabulary_size});
  return mx::put_along_axis(scores, dropped, minus_infinity(), -1);
}

// Running sums over the last axis of [1, n]. One sum after another in float32 loses 1e-4 over a large vocabulary, more
// than many a token has; sums of blocks lose a hundredth of that.
mx::array running_sums(const mx::array& values) {
  constexpr int block = 256;
  const int count = values.shape(-1);
  const int blocks = (count + block - 1) / block;
  const auto padded = mx::pad(values, {{0, 0}, {0, blocks * block - count}});
  const auto within = mx::cumsum(mx::reshape(padded, {blocks, block}), -1);
  const auto totals = mx::slice(within, {0, block - 1}, {blocks, block});
  const auto before = mx::cumsum(totals, 0, /* reverse */ false, /* inclusive */ false);
  return mx::slice(mx::reshape(mx::add(within, before), {1, blocks * block}), {0, 0}, {1, count});
}

// The first token whose running sum exceeds draw · sum. A probability of 0 is never drawn, whatever rounding does.
mx::array draw_by_inverse_cdf(const mx::array& scores, float temperature, float draw) {
  const auto probabilities = mx::softmax(mx::multiply(scores, mx::array(1.0F / temperature)), -1, /* precise */ true);
  const auto running = running_sums(probabilities);
  const int last = scores.shape(-1);
  const auto threshold = mx::multiply(mx::array(draw), mx::slice(running, {0, last - 1}, {1, last}));
  const auto hit = mx::logical_and(mx::greater(running, threshold), mx::greater(probabilities, mx::array(0.0F)));
  return mx::argmax(hit, -1);
}

}  // namespace

mx::array sample(const mx::array& logits,
                 const SamplingParameters& parameters,
                 float draw,
                 const std::optional<mx::array>& allowed) {
  auto scores = mx::astype(logits, mx::float32);
  if (allowed) scores = mx::where(*allowed, scores, minus_infinity());
  if (parameters.temperature == 0) return mx::argmax(scores, -1);
  scores = log_probabilities(scores);
  if (parameters.top_p < 1) scores = apply_top_p(scores, parameters.top_p);
  if (parameters.min_p > 0) scores = apply_min_p(scores, parameters.min_p);
  if (parameters.top_k > 0) scores = apply_top_k(scores, parameters.top_k);
  return draw_by_inverse_cdf(scores, parameters.temperature, draw);
}

mx::array unpack_mask(const std::vector<uint32_t>& mask, int vocabulary_size) {
  const auto bits = std::make_unique<bool[]>(static_cast<size_t>(vocabulary_size));
  for (size_t t = 0; t < static_cast<size_t>(vocabulary_size); t++) bits[t] = ((mask[t / 32] >> (t % 32)) & 1U) != 0;
  return mx::array(bits.get(), {1, vocabulary_size}, mx::bool_);
}

}  // namespace mlxengine
