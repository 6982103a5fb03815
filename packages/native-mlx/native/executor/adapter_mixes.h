#pragma once

#include <mlx/array.h>

#include <map>
#include <optional>
#include <vector>

#include "executor/adapter.h"

namespace mlxengine {

// Several adapters' changes of one weight side by side, so that rows of all of them take one product.
struct AdapterMix {
  mlx::core::array down;   // [sum of ranks, in]
  mlx::core::array up;     // [out, sum of ranks]
  mlx::core::array owner;  // [sum of ranks], int32: number of the adapter that has the rank
  // [adapters + 1, out]; the last is for rows without an adapter. None where no adapter has them.
  std::optional<mlx::core::array> row_factors;
  std::optional<mlx::core::array> bias_rests;
};

// The mixes of the adapters that share steps at the moment. They take the memory of those adapters once more, and are
// made again where others come together.
class AdapterMixes {
 public:
  // In the order of their numbers; null where none of them changes the weight.
  const AdapterMix* of(WeightId id, const std::vector<AdapterPtr>& adapters);

  void clear();

 private:
  std::vector<AdapterPtr> adapters_;
  std::map<WeightId, std::optional<AdapterMix>> mixes_;
};

}  // namespace mlxengine
