#pragma once

#include <mlx/array.h>

#include <memory>
#include <optional>
#include <vector>

#include "executor/adapter.h"
#include "executor/profile.h"
#include "executor/state_group.h"
#include "executor/step_memo.h"

namespace mlxengine {

// The part of a step's tokens that belongs to one group: row first + slot · count is the first of a slot's next `count`
// tokens, which stand at the positions after those that the slot holds. An idle slot is computed and thrown away: it
// neither changes a state for good nor advances. `idle` may be longer than the group has sequences, up to its slots().
struct GroupRows {
  StateGroup* group;
  int first;
  int count;
  std::vector<bool> idle = {};
  std::vector<AdapterPtr> adapters = {};  // of each slot, null: none; empty: none at all
  int ahead = 0;  // positions between those that a slot holds and its first token: of a part of a step's tokens

  // Slots that it has rows of.
  int slots() const { return idle.empty() ? group->size() : static_cast<int>(idle.size()); }
  // Rows of all its slots.
  int rows() const { return slots() * count; }
  bool is_idle(int slot) const { return slot >= group->size() || (!idle.empty() && idle[static_cast<size_t>(slot)]); }
};

// The part of a group's rows that belongs to one slot.
struct SlotRows {
  StateGroup* group;
  int slot;
  int first;
  int count;
  bool idle;
  int ahead = 0;

  int position() const { return group->length(slot) + ahead; }
};

// One forward pass: the new tokens of all its groups, one after another.
struct Step {
  mlx::core::array tokens;  // [tokens], uint32; may still be on its way on the device
  std::vector<GroupRows> groups;
  std::vector<int> rows = {};                                  // whose logits are wanted; none: only the states advance
  std::optional<mlx::core::array> token_types = std::nullopt;  // [tokens], int32; none: all are 0
  // Whether recurrent and rolling states also keep what they are after each of the step's tokens, so that the group can
  // be trimmed to a position within it.
  bool checkpoints = false;
  Profile* profile = nullptr;  // takes the time of its operations, where they are to be known
  // What its operations share.
  std::shared_ptr<StepMemo> memo = std::make_shared<StepMemo>();
};

// What a step made, not evaluated yet: of the graph's outputs those that it has.
struct StepOutputs {
  std::optional<mlx::core::array> logits = std::nullopt;  // [rows, vocabulary], where rows were wanted
  std::optional<mlx::core::array> pooled = std::nullopt;  // [slots of all groups, n]
  std::optional<mlx::core::array> hidden = std::nullopt;  // [tokens, n]
};

// Each slot of the rows by itself, in the order of their rows.
std::vector<SlotRows> slots_of(const GroupRows& rows);
std::vector<SlotRows> slots_of(const Step& step);

// The position of each of a group's tokens, slot by slot. Before it advances.
std::vector<int> positions(const GroupRows& rows);

// What names an array of the memo that belongs to these rows.
StepMemo::Key memo_key(StepMemo::Kind kind, const GroupRows& rows, const StepMemo::Numbers& numbers = {});

// The position of each slot's first token, [slots] int32.
mlx::core::array starts_of(const GroupRows& rows, StepMemo& memo);

// The position of each of the step's tokens in its sequence, [tokens] int32. Before the step's groups advance.
mlx::core::array positions(const Step& step);

}  // namespace mlxengine
