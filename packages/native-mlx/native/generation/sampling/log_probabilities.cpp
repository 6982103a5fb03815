#include "generation/sampling/log_probabilities.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>

#include "generation/sampling/likeliest.h"
#include "generation/sampling/select_rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Enough for what may be asked, and a power of two.
constexpr int list_length = 32;

Likeliest find_top(const mx::array& logits) {
  if (logits.shape(1) > list_length) return find_likeliest(logits, list_length);
  const auto order = mx::argsort(mx::negative(logits), -1);
  return {mx::take_along_axis(logits, order, -1), order};
}

mx::array first_columns(const mx::array& array, int count) {
  return mx::contiguous(mx::slice(array, {0, 0}, {array.shape(0), count}));
}

}  // namespace

StepLogProbabilities::StepLogProbabilities(const mx::array& logits, const mx::array& tokens, const SamplerRows& rows) {
  std::vector<int> asking;
  int most = 0;
  for (size_t row = 0; row < rows.size(); row++) {
    asked_.push_back(rows[row].sampler->log_probabilities());
    if (!asked_.back()) continue;
    asking.push_back(static_cast<int>(row));
    most = std::max(most, *asked_.back());
  }
  if (asking.empty()) return;
  const auto own_logits = select_rows(logits, asking);
  const auto chosen = mx::expand_dims(select_rows(tokens, asking), -1);
  const auto normalizer = mx::logsumexp(own_logits, -1, true);
  own_ = mx::flatten(mx::subtract(mx::take_along_axis(own_logits, chosen, -1), normalizer));
  if (most == 0) return;
  const Likeliest list = find_top(own_logits);
  most = std::min(most, list.tokens.shape(1));
  top_tokens_ = first_columns(list.tokens, most);
  top_ = first_columns(mx::subtract(list.scores, normalizer), most);
}

std::vector<mx::array> StepLogProbabilities::arrays() const {
  std::vector<mx::array> arrays;
  for (const auto& array : {own_, top_tokens_, top_}) {
    if (array) arrays.push_back(*array);
  }
  return arrays;
}

std::vector<std::optional<TokenLogProbabilities>> StepLogProbabilities::read() const {
  std::vector<std::optional<TokenLogProbabilities>> rows(asked_.size());
  if (!own_) return rows;
  mx::eval(arrays());
  const int width = top_ ? top_->shape(1) : 0;
  size_t place = 0;
  for (size_t row = 0; row < asked_.size(); row++) {
    if (!asked_[row]) continue;
    TokenLogProbabilities& told = rows[row].emplace();
    told.own = own_->data<float>()[place];
    const auto count = static_cast<size_t>(std::min(*asked_[row], width));
    if (count > 0) {
      const size_t start = place * static_cast<size_t>(width);
      const uint32_t* tokens = top_tokens_->data<uint32_t>() + start;
      const float* values = top_->data<float>() + start;
      told.top_tokens.assign(tokens, tokens + count);
      told.top.assign(values, values + count);
    }
    place++;
  }
  return rows;
}

}  // namespace mlxengine
