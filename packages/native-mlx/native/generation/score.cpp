#include "generation/score.h"

#include <mlx/memory.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <numeric>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

void append(std::vector<float>& to, mx::array values) {
  values = mx::contiguous(values);
  mx::eval(values);
  to.insert(to.end(), values.data<float>(), values.data<float>() + values.size());
}

// Of the token after each row; the last token of all has none after it.
mx::array next_log_probabilities(const mx::array& logits, const std::vector<uint32_t>& tokens, int start) {
  const int count = std::min(logits.shape(0), static_cast<int>(tokens.size()) - 1 - start);
  const auto rows = mx::slice(logits, {0, 0}, {count, logits.shape(1)});
  const auto next = mx::array(tokens.begin() + start + 1, {count, 1}, mx::uint32);
  return mx::subtract(mx::take_along_axis(rows, next, -1), mx::logsumexp(rows, -1, true));
}

}  // namespace

ScoreEvent score(const Model& model, const ScoreRequest& request, const Cancellation& cancellation) {
  const int total = static_cast<int>(request.tokens.size());
  const int chunk = request.chunk_size > 0 ? request.chunk_size : std::min(model.prefill_chunk(), 256);
  SequenceState state(model.graph);
  ScoreEvent result;
  for (int start = 0; start < total; start += chunk) {
    cancellation.throw_if_cancelled();
    const int count = std::min(chunk, total - start);
    std::vector<int> rows(static_cast<size_t>(count));
    std::iota(rows.begin(), rows.end(), 0);
    const Step step{
        mx::array(request.tokens.begin() + start, {count}, mx::uint32), {{&state, 0, count}}, std::move(rows)};
    const auto logits = mx::astype(*model.executor->run(step), mx::float32);
    if (start + 1 < total) append(result.log_probabilities, next_log_probabilities(logits, request.tokens, start));
    if (request.logits) append(result.logits, logits);
  }
  mx::clear_cache();
  return result;
}

}  // namespace mlxengine
