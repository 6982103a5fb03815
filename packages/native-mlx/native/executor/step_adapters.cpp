#include "executor/step_adapters.h"

#include <mlx/ops.h>

#include <algorithm>

#include "executor/experts.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array product(const mx::array& x, const mx::array& matrix) {
  return mx::matmul(x, mx::transpose(matrix));
}

mx::array sum(const mx::array& made, const mx::array& change) {
  return mx::add(made, mx::astype(change, made.dtype()));
}

// What DoRA makes of a sum: `factor` and `rest` broadcast to it.
mx::array brought_to_norm(mx::array made,
                          const std::optional<mx::array>& factor,
                          const std::optional<mx::array>& rest) {
  if (factor) made = mx::multiply(made, mx::astype(*factor, made.dtype()));
  return rest ? sum(made, *rest) : made;
}

std::optional<mx::array> taken(const std::optional<mx::array>& rows, const mx::array& numbers) {
  return rows ? std::optional(mx::take(*rows, numbers, 0)) : std::nullopt;
}

// Zero for the ranks of other rows' adapters. Chosen, not multiplied: what is not finite stays with its own row.
mx::array own_ranks(const mx::array& x, const mx::array& numbers, const AdapterMix& mix) {
  const auto own = mx::equal(mx::expand_dims(numbers, 1), mix.owner);
  return mx::where(own, x, mx::array(0, x.dtype()));
}

}  // namespace

StepAdapters::StepAdapters(const Step& step, AdapterMixes& mixes) : step_(step), mixes_(mixes) {
  for (const GroupRows& rows : step.groups) {
    for (const AdapterPtr& adapter : rows.adapters) {
      if (adapter && std::find(adapters_.begin(), adapters_.end(), adapter) == adapters_.end())
        adapters_.push_back(adapter);
    }
  }
  if (adapters_.empty()) return;
  std::sort(
      adapters_.begin(), adapters_.end(), [](const auto& left, const auto& right) { return left->id < right->id; });
  of_tokens_.assign(step.tokens.size(), none());
  for (const GroupRows& rows : step.groups) {
    for (size_t slot = 0; slot < rows.adapters.size(); slot++) {
      const auto found = std::find(adapters_.begin(), adapters_.end(), rows.adapters[slot]);
      const auto first = of_tokens_.begin() + rows.first + static_cast<std::ptrdiff_t>(slot) * rows.count;
      std::fill(first, first + rows.count, static_cast<int>(found - adapters_.begin()));
    }
  }
}

const StepAdapters::Rows& StepAdapters::rows_of(Leading leading) {
  const auto found = rows_.find(leading);
  if (found != rows_.end()) return found->second;
  std::vector<int> numbers;
  if (leading == Leading::rows) {
    for (const int row : step_.rows) numbers.push_back(of_tokens_[static_cast<size_t>(row)]);
  } else {
    numbers = of_tokens_;
  }
  const bool same = std::equal(numbers.begin() + 1, numbers.end(), numbers.begin());
  Rows rows{same ? std::optional(numbers.front()) : std::nullopt,
            mx::array(numbers.begin(), {static_cast<int>(numbers.size())}, mx::int32)};
  return rows_.emplace(leading, std::move(rows)).first->second;
}

bool StepAdapters::has(WeightId id) const {
  return std::any_of(adapters_.begin(), adapters_.end(), [id](const auto& adapter) { return adapter->find(id); });
}

mx::array StepAdapters::linear(const mx::array& made, const mx::array& x, WeightId id, Leading leading) {
  if (!has(id)) return made;
  const Rows& rows = rows_of(leading);
  if (rows.all == none()) return made;
  if (rows.all) {
    const AdapterWeight* weight = adapters_[static_cast<size_t>(*rows.all)]->find(id);
    if (weight == nullptr) return made;
    const auto change = product(product(x, weight->down), weight->up);
    return brought_to_norm(sum(made, change), weight->row_factor, weight->bias_rest);
  }
  const AdapterMix& mix = *mixes_.of(id, adapters_);
  const auto change = product(own_ranks(product(x, mix.down), rows.numbers, mix), mix.up);
  return brought_to_norm(sum(made, change), taken(mix.row_factors, rows.numbers), taken(mix.bias_rests, rows.numbers));
}

mx::array StepAdapters::embedding(const mx::array& made, const mx::array& ids, WeightId id, Leading leading) {
  if (!has(id)) return made;
  const Rows& rows = rows_of(leading);
  if (rows.all == none()) return made;
  if (rows.all) {
    const AdapterWeight* weight = adapters_[static_cast<size_t>(*rows.all)]->find(id);
    if (weight == nullptr) return made;
    const auto change = mx::matmul(mx::take(weight->up, ids, 0), weight->down);
    const auto factor = taken(weight->row_factor, ids);
    return brought_to_norm(
        sum(made, change), factor ? std::optional(mx::expand_dims(*factor, 1)) : std::nullopt, std::nullopt);
  }
  const AdapterMix& mix = *mixes_.of(id, adapters_);
  const auto change = mx::matmul(own_ranks(mx::take(mix.up, ids, 0), rows.numbers, mix), mix.down);
  if (!mix.row_factors) return sum(made, change);
  // Of row i the factor of its adapter and its token.
  const auto places =
      mx::add(mx::multiply(rows.numbers, mx::array(mix.row_factors->shape(1), mx::int32)), mx::astype(ids, mx::int32));
  const auto factors = mx::take(mx::flatten(*mix.row_factors), places);
  return brought_to_norm(sum(made, change), mx::expand_dims(factors, 1), std::nullopt);
}

// Experts' factors are gathered by expert, so rows of several adapters take one product each.
mx::array StepAdapters::experts(
    const mx::array& made, const mx::array& x, const mx::array& indices, WeightId id, Leading leading) {
  if (!has(id)) return made;
  const Rows& rows = rows_of(leading);
  auto changed = made;
  for (size_t number = 0; number < adapters_.size(); number++) {
    const AdapterWeight* weight = adapters_[number]->find(id);
    if (weight == nullptr || (rows.all && *rows.all != static_cast<int>(number))) continue;
    const auto inner = expert_linear(x, indices, LoadedWeight{weight->down});
    const auto outer = expert_linear(inner, indices, LoadedWeight{weight->up});
    const auto with = sum(changed, outer);
    const auto own = mx::expand_dims(mx::equal(rows.numbers, mx::array(static_cast<int>(number), mx::int32)), {1, 2});
    changed = rows.all ? with : mx::where(own, with, changed);
  }
  return changed;
}

}  // namespace mlxengine
