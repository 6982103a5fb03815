#include "generation/sampling/xtc.h"

#include <mlx/ops.h>

#include <algorithm>
#include <limits>

#include "generation/uniform.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

bool spares(const SamplerRow& row) {
  return xtc_acts(row) && !row.parameters().xtc_excluded_tokens.empty();
}

// Gives the excluded tokens of rows their scores back.
mx::array restore_excluded(const mx::array& before, const mx::array& after, const SamplerRows& rows) {
  size_t most = 0;
  for (const SamplerRow& row : rows) {
    if (spares(row)) most = std::max(most, row.parameters().xtc_excluded_tokens.size());
  }
  // What a row lacks is its first one again; a row without any is given what it has.
  std::vector<uint32_t> tokens;
  for (const SamplerRow& row : rows) {
    const std::vector<uint32_t> own = spares(row) ? row.parameters().xtc_excluded_tokens : std::vector<uint32_t>{0};
    tokens.insert(tokens.end(), own.begin(), own.end());
    tokens.insert(tokens.end(), most - own.size(), own.front());
  }
  const mx::array places(tokens.begin(), {static_cast<int>(rows.size()), static_cast<int>(most)}, mx::uint32);
  const auto given = mx::where(
      column<bool>(rows, spares), mx::take_along_axis(before, places, -1), mx::take_along_axis(after, places, -1));
  return mx::put_along_axis(after, places, given, -1);
}

}  // namespace

bool xtc_acts(const SamplerRow& row) {
  const SamplingParameters& parameters = row.parameters();
  return parameters.xtc_probability > 0 && uniform_of_xtc(parameters.seed, row.index()) <= parameters.xtc_probability;
}

mx::array apply_xtc(const mx::array& scores, const SamplerRows& rows) {
  // No probability is over infinity, so that nothing is dropped where it does not act.
  const auto threshold = column<float>(
      rows, [](const SamplerRow& row) { return xtc_acts(row) ? row.parameters().xtc_threshold : infinity; });
  const auto probabilities = mx::softmax(scores, -1, /* precise */ true);
  const auto over = mx::where(mx::greater(probabilities, threshold), probabilities, mx::array(infinity));
  const auto dropped = mx::greater(probabilities, mx::min(over, -1, true));
  const auto after = mx::where(dropped, minus_infinity(), scores);
  return any_row(rows, spares) ? restore_excluded(scores, after, rows) : after;
}

}  // namespace mlxengine
