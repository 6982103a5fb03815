#include "generation/sampling/processors.h"

#include <mlx/ops.h>

#include <algorithm>
#include <limits>

#include "generation/sampling/windows.h"

namespace mx = mlx::core;

namespace mlxengine {

mx::array minus_infinity() {
  return mx::array(-std::numeric_limits<float>::infinity());
}

namespace {

mx::array add_biases(const mx::array& logits, const SamplerRows& rows) {
  size_t most = 0;
  for (const SamplerRow& row : rows) most = std::max(most, row.parameters().biases.size());
  // What a row lacks is a bias of 0 on token 0.
  std::vector<uint32_t> tokens(rows.size() * most);
  std::vector<float> biases(rows.size() * most);
  for (size_t row = 0; row < rows.size(); row++) {
    const SamplingParameters& parameters = rows[row].parameters();
    const auto start = static_cast<std::ptrdiff_t>(row * most);
    std::copy(parameters.bias_tokens.begin(), parameters.bias_tokens.end(), tokens.begin() + start);
    std::copy(parameters.biases.begin(), parameters.biases.end(), biases.begin() + start);
  }
  const mx::Shape shape{static_cast<int>(rows.size()), static_cast<int>(most)};
  return mx::scatter_add_axis(
      logits, mx::array(tokens.begin(), shape, mx::uint32), mx::array(biases.begin(), shape, mx::float32), -1);
}

// A token that comes twice in a window is written twice, both times the same.
mx::array apply_repetition(const mx::array& logits, const SamplerRows& rows, const mx::array& window) {
  const auto penalty = column<float>(rows, [](const SamplerRow& row) { return row.parameters().repetition_penalty; });
  const auto chosen = mx::take_along_axis(logits, window, -1);
  const auto penalized =
      mx::where(mx::less(chosen, mx::array(0.0F)), mx::multiply(chosen, penalty), mx::divide(chosen, penalty));
  return mx::put_along_axis(logits, window, penalized, -1);
}

mx::array apply_presence(const mx::array& logits, const SamplerRows& rows, const mx::array& window) {
  const auto penalty = column<float>(rows, [](const SamplerRow& row) { return row.parameters().presence_penalty; });
  const auto chosen = mx::take_along_axis(logits, window, -1);
  return mx::put_along_axis(logits, window, mx::subtract(chosen, penalty), -1);
}

// Each place of a window counts, but not those that only fill it up.
mx::array apply_frequency(const mx::array& logits, const SamplerRows& rows, const Windows& windows) {
  const auto penalty = column<float>(rows, [](const SamplerRow& row) { return -row.parameters().frequency_penalty; });
  return mx::scatter_add_axis(logits, windows.tokens, mx::multiply(windows.weights(), penalty), -1);
}

mx::array mask(const mx::array& logits, const SamplerRows& rows) {
  const auto all = mx::full({1, logits.shape(1)}, true, mx::bool_);
  std::vector<mx::array> masks;
  masks.reserve(rows.size());
  for (const SamplerRow& row : rows) masks.push_back(row.allowed.value_or(all));
  return mx::where(mx::concatenate(std::move(masks), 0), logits, minus_infinity());
}

}  // namespace

mx::array process_logits(mx::array logits, const SamplerRows& rows) {
  const auto any = [&](auto condition) {
    return any_row(rows, [&](const SamplerRow& row) { return condition(row.parameters()); });
  };
  WindowReader reader(rows);
  if (any([](const auto& parameters) { return !parameters.biases.empty(); })) logits = add_biases(logits, rows);
  if (any([](const auto& parameters) { return parameters.repetition_penalty != 1; }))
    logits = apply_repetition(logits, rows, reader.read(&SamplingParameters::repetition_context).tokens);
  if (any([](const auto& parameters) { return parameters.presence_penalty != 0; }))
    logits = apply_presence(logits, rows, reader.read(&SamplingParameters::presence_context).tokens);
  if (any([](const auto& parameters) { return parameters.frequency_penalty != 0; }))
    logits = apply_frequency(logits, rows, reader.read(&SamplingParameters::frequency_context));
  if (any_row(rows, [](const SamplerRow& row) { return row.allowed.has_value(); })) logits = mask(logits, rows);
  return logits;
}

}  // namespace mlxengine
