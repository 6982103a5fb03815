#include "executor/step.h"

#include <numeric>

namespace mx = mlx::core;

namespace mlxengine {

std::vector<SlotRows> slots_of(const GroupRows& rows) {
  std::vector<SlotRows> slots;
  for (int slot = 0; slot < rows.slots(); slot++)
    slots.push_back({rows.group, slot, rows.first + slot * rows.count, rows.count, rows.is_idle(slot)});
  return slots;
}

std::vector<SlotRows> slots_of(const Step& step) {
  std::vector<SlotRows> all;
  for (const GroupRows& rows : step.groups) {
    const auto slots = slots_of(rows);
    all.insert(all.end(), slots.begin(), slots.end());
  }
  return all;
}

mx::array positions(const Step& step) {
  std::vector<int> positions(static_cast<size_t>(step.tokens.shape(0)));
  for (const SlotRows& rows : slots_of(step)) {
    const auto first = positions.begin() + rows.first;
    std::iota(first, first + rows.count, rows.position());
  }
  return mx::array(positions.begin(), {static_cast<int>(positions.size())}, mx::int32);
}

}  // namespace mlxengine
