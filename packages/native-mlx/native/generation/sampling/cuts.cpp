#include "generation/sampling/cuts.h"

#include <mlx/ops.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "generation/sampling/draw.h"
#include "generation/sampling/xtc.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

bool has_top_p(const SamplerRow& row) {
  return row.parameters().top_p < 1;
}

bool has_min_p(const SamplerRow& row) {
  return row.parameters().min_p > 0;
}

bool has_least(const SamplerRow& row) {
  return has_min_p(row) && row.parameters().min_tokens_to_keep > 1;
}

// The logit of the last token that top-p keeps: the smallest set of likeliest tokens whose probabilities sum to it, and
// what ties with its last.
mx::array top_p_floor(const mx::array& sorted, const mx::array& logits, const SamplerRows& rows) {
  const auto running = running_sums(mx::exp(mx::subtract(sorted, mx::logsumexp(logits, -1, true))));
  // A sum of 2 is never reached, so that all is kept.
  const auto target = column<uint64_t>(rows, [](const SamplerRow& row) {
    return static_cast<uint64_t>(unit_of_sums * (has_top_p(row) ? row.parameters().top_p : 2));
  });
  const auto before_last = mx::slice(running, {0, 0}, {sorted.shape(0), sorted.shape(1) - 1});
  return mx::take_along_axis(sorted, mx::sum(mx::less(before_last, target), -1, true), -1);
}

// The least logit that min-p keeps; a number of the likeliest stay in any case.
mx::array min_p_floor(const mx::array& largest, const std::optional<mx::array>& sorted, const SamplerRows& rows) {
  const auto log_min_p = column<float>(rows, [](const SamplerRow& row) { return std::log(row.parameters().min_p); });
  const auto floor = mx::add(largest, log_min_p);
  if (!any_row(rows, has_least)) return floor;
  const int count = sorted->shape(1);
  const auto last = column<int>(
      rows, [&](const SamplerRow& row) { return std::min(row.parameters().min_tokens_to_keep, count) - 1; });
  return mx::minimum(floor, mx::take_along_axis(*sorted, last, -1));
}

// The least logit that top-p and min-p both keep. `sorted` are the largest logits, the largest first: all, or more than
// are kept in the end; only min-p by itself does without.
mx::array floor_of(const mx::array& logits, const std::optional<mx::array>& sorted, const SamplerRows& rows) {
  std::optional<mx::array> floor;
  if (any_row(rows, has_top_p)) floor = top_p_floor(*sorted, logits, rows);
  if (any_row(rows, has_min_p)) {
    const auto largest = sorted ? mx::slice(*sorted, {0, 0}, {sorted->shape(0), 1}) : mx::max(logits, -1, true);
    const auto other = min_p_floor(largest, sorted, rows);
    floor = floor ? mx::maximum(*floor, other) : other;
  }
  return *floor;
}

// Which places of a sorted row are among the first top-k, [rows, count].
mx::array within_top_k(const SamplerRows& rows, int count) {
  std::vector<bool> within;
  within.reserve(rows.size() * static_cast<size_t>(count));
  for (const SamplerRow& row : rows) {
    const int top_k = row.parameters().top_k;
    for (int place = 0; place < count; place++) within.push_back(top_k == 0 || place < top_k);
  }
  return mx::array(within.begin(), {static_cast<int>(rows.size()), count});
}

// The sort is stable, so of tied tokens the smaller ids stay, on every device.
mx::array apply_top_k(const mx::array& scores, const SamplerRows& rows) {
  const auto order = mx::argsort(mx::negative(scores), -1);
  const auto kept =
      mx::where(within_top_k(rows, scores.shape(1)), mx::take_along_axis(scores, order, -1), minus_infinity());
  return mx::put_along_axis(scores, order, kept, -1);
}

}  // namespace

mx::array cut(const mx::array& logits, const SamplerRows& rows) {
  mx::array left = logits;
  if (any_row(rows, has_top_p) || any_row(rows, has_min_p)) {
    std::optional<mx::array> sorted;
    if (any_row(rows, has_top_p) || any_row(rows, has_least)) sorted = mx::negative(mx::sort(mx::negative(logits), -1));
    left = mx::where(mx::less(logits, floor_of(logits, sorted, rows)), minus_infinity(), logits);
  }
  if (any_row(rows, xtc_acts)) left = apply_xtc(left, rows);
  const int vocabulary_size = logits.shape(1);
  const auto has_top_k = [&](const SamplerRow& row) {
    return row.parameters().top_k > 0 && row.parameters().top_k < vocabulary_size;
  };
  return any_row(rows, has_top_k) ? apply_top_k(left, rows) : left;
}

int shortlist_length(const SamplerRow& row, int vocabulary_size) {
  const int top_k = row.parameters().top_k;
  // XTC makes top-k reach further down.
  if (top_k == 0 || xtc_acts(row)) return 0;
  for (const int length : {32, 128, 1024}) {
    if (top_k <= length && length < vocabulary_size) return length;
  }
  return 0;
}

mx::array cut_shortlist(const Likeliest& list, const mx::array& logits, const SamplerRows& rows) {
  const auto& scores = list.scores;
  const int count = scores.shape(1);
  auto kept = within_top_k(rows, count);
  if (any_row(rows, has_top_p) || any_row(rows, has_min_p))
    kept = mx::logical_and(kept, mx::greater_equal(scores, floor_of(logits, scores, rows)));
  return mx::where(kept, scores, minus_infinity());
}

}  // namespace mlxengine
