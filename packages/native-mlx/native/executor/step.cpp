#include "executor/step.h"

#include <numeric>

namespace mx = mlx::core;

namespace mlxengine {

std::vector<SlotRows> slots_of(const GroupRows& rows) {
  std::vector<SlotRows> slots;
  for (int slot = 0; slot < rows.slots(); slot++)
    slots.push_back({rows.group, slot, rows.first + slot * rows.count, rows.count, rows.is_idle(slot), rows.ahead});
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

StepMemo::Key memo_key(StepMemo::Kind kind, const GroupRows& rows, const StepMemo::Numbers& numbers) {
  return {kind, rows.group, rows.ahead, rows.count, numbers};
}

mx::array starts_of(const GroupRows& rows, StepMemo& memo) {
  return memo.get(memo_key(StepMemo::Kind::starts, rows), [&] {
    std::vector<int> starts;
    for (const SlotRows& slot : slots_of(rows)) starts.push_back(slot.position());
    return mx::array(starts.begin(), {rows.slots()}, mx::int32);
  });
}

std::vector<int> positions(const GroupRows& rows) {
  std::vector<int> positions(static_cast<size_t>(rows.rows()));
  auto first = positions.begin();
  for (const SlotRows& slot : slots_of(rows)) {
    std::iota(first, first + slot.count, slot.position());
    first += slot.count;
  }
  return positions;
}

mx::array positions(const Step& step) {
  std::vector<int> all;
  for (const GroupRows& rows : step.groups) {
    const auto own = positions(rows);
    all.insert(all.end(), own.begin(), own.end());
  }
  return mx::array(all.begin(), {static_cast<int>(all.size())}, mx::int32);
}

}  // namespace mlxengine
