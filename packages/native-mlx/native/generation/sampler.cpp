#include "generation/sampler.h"

#include <mlx/ops.h>

#include <map>
#include <memory>

#include "generation/sampling/cuts.h"
#include "generation/sampling/draw.h"
#include "generation/sampling/likeliest.h"
#include "generation/sampling/processors.h"
#include "generation/sampling/select_rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// How a row's token is found. Rows that share a way are worked on together.
constexpr int greedy = -1;
constexpr int whole_vocabulary = 0;  // more: so many of the likeliest tokens

int way_of(const SamplerRow& row, int vocabulary_size) {
  return row.parameters().temperature == 0 ? greedy : shortlist_length(row, vocabulary_size);
}

mx::array draw_from_vocabulary(const mx::array& logits, const SamplerRows& rows) {
  return draw_by_inverse_cdf(cut(logits, rows), rows);
}

mx::array draw_from_shortlist(const mx::array& logits, const SamplerRows& rows, int length) {
  const Likeliest list = find_likeliest(logits, length);
  const auto by_id = mx::argsort(list.tokens, -1);
  const auto scores = mx::take_along_axis(cut_shortlist(list, logits, rows), by_id, -1);
  const auto place = mx::expand_dims(draw_by_inverse_cdf(scores, rows), -1);
  return mx::flatten(mx::take_along_axis(list.tokens, mx::take_along_axis(by_id, place, -1), -1));
}

mx::array choose(const mx::array& logits, const SamplerRows& rows, int way) {
  if (way == greedy) return mx::argmax(logits, -1);
  if (way == whole_vocabulary) return draw_from_vocabulary(logits, rows);
  return draw_from_shortlist(logits, rows, way);
}

mx::array choose(const mx::array& logits, const SamplerRows& rows) {
  std::map<int, std::vector<int>> ways;
  for (size_t row = 0; row < rows.size(); row++)
    ways[way_of(rows[row], logits.shape(1))].push_back(static_cast<int>(row));
  if (ways.size() == 1) return choose(logits, rows, ways.begin()->first);
  std::vector<mx::array> chosen;
  std::vector<int> places(rows.size());
  int place = 0;
  for (const auto& [way, members] : ways) {
    SamplerRows own;
    for (const int row : members) {
      own.push_back(rows[static_cast<size_t>(row)]);
      places[static_cast<size_t>(row)] = place++;
    }
    chosen.push_back(choose(select_rows(logits, members), own, way));
  }
  return mx::take(mx::concatenate(std::move(chosen)), mx::array(places.begin(), {place}, mx::int32));
}

}  // namespace

std::vector<mx::array> Sampled::arrays() const {
  std::vector<mx::array> arrays = log_probabilities.arrays();
  arrays.push_back(tokens);
  return arrays;
}

Sampled sample(const mx::array& logits, const SamplerRows& rows) {
  const auto processed = process_logits(mx::astype(logits, mx::float32), rows);
  const auto tokens = choose(processed, rows);
  return {tokens, StepLogProbabilities(processed, tokens, rows)};
}

mx::array unpack_mask(const std::vector<uint32_t>& mask, int vocabulary_size) {
  const auto bits = std::make_unique<bool[]>(static_cast<size_t>(vocabulary_size));
  for (size_t t = 0; t < static_cast<size_t>(vocabulary_size); t++) bits[t] = ((mask[t / 32] >> (t % 32)) & 1U) != 0;
  return mx::array(bits.get(), {1, vocabulary_size}, mx::bool_);
}

}  // namespace mlxengine
