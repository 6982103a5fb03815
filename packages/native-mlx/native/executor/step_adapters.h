#pragma once

#include <mlx/array.h>

#include <map>
#include <optional>
#include <vector>

#include "executor/adapter.h"
#include "executor/adapter_mixes.h"
#include "executor/step.h"
#include "graph/value.h"

namespace mlxengine {

// The adapters of a step's rows: changes what operations make of weights, each row's by its own adapter.
class StepAdapters {
 public:
  StepAdapters(const Step& step, AdapterMixes& mixes);

  // Whether no row has one: nothing needs to be asked then.
  bool empty() const { return adapters_.empty(); }

  // `made` is the weight's product with `x` [n, in], bias included: [n, out].
  mlx::core::array linear(const mlx::core::array& made, const mlx::core::array& x, WeightId id, Leading leading);
  // `made` are the weight's rows by `ids` [n].
  mlx::core::array embedding(const mlx::core::array& made, const mlx::core::array& ids, WeightId id, Leading leading);
  // `made` [n, count, out] is the product of `x` [n, in] or [n, count, in] with the chosen experts' matrices.
  mlx::core::array experts(const mlx::core::array& made,
                           const mlx::core::array& x,
                           const mlx::core::array& indices,
                           WeightId id,
                           Leading leading);

 private:
  // Of each row of a value the number of its adapter; that of no adapter is their count. One number stands for all rows
  // that have the same.
  struct Rows {
    std::optional<int> all;
    mlx::core::array numbers;  // [n], int32
  };

  const Rows& rows_of(Leading leading);
  bool has(WeightId id) const;
  int none() const { return static_cast<int>(adapters_.size()); }

  const Step& step_;
  AdapterMixes& mixes_;
  std::vector<AdapterPtr> adapters_;  // each once, by id
  std::vector<int> of_tokens_;
  std::map<Leading, Rows> rows_;
};

}  // namespace mlxengine
