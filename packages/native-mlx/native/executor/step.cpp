#include "executor/step.h"

#include <numeric>

namespace mx = mlx::core;

namespace mlxengine {

mx::array positions(const Step& step) {
  std::vector<int> positions(static_cast<size_t>(step.tokens.shape(0)));
  for (const SequenceRows& rows : step.sequences) {
    const auto first = positions.begin() + rows.first;
    std::iota(first, first + rows.count, rows.sequence->length());
  }
  return mx::array(positions.begin(), {static_cast<int>(positions.size())}, mx::int32);
}

}  // namespace mlxengine
