#pragma once

#include <mlx/array.h>

#include <functional>
#include <optional>
#include <vector>

#include "executor/executor.h"
#include "executor/state_group.h"
#include "generation/chosen_token.h"
#include "generation/generation.h"

namespace mlxengine {

// A sequence whose prompt is computed: its state and the logits after its last token.
struct Prefilled {
  GenerationPtr generation;
  StateGroup state;
  mlx::core::array logits;  // [1, vocabulary]
};

// A generation that left its batch, with its sequence's state.
struct Ended {
  GenerationPtr generation;
  StateGroup state;
  std::optional<Failure> failure;  // none: finished
};

// How the tokens of a generation are chosen from here on.
RequestSampler sampler_of(const Generation& generation);

// Sequences that decode side by side, a token of each a step. They join and leave between any two steps.
class DecodeBatch {
 public:
  explicit DecodeBatch(const Executor& executor) : executor_(executor) {}

  bool empty() const { return rows_.empty(); }
  int size() const { return static_cast<int>(rows_.size()); }
  bool quantized() const { return group_ && group_->quantized(); }

  // That its sequences are expected to get.
  int64_t positions_to_come() const;

  void join(Prefilled sequence);

  // Submits the next step, reads the tokens of the one before and returns those who are done. The device never waits
  // for the host but where a grammar has to know a token.
  std::vector<Ended> step();

  // Moves those whose keys and values are to be quantized by now, or are, to the batch of the quantized ones.
  void move_quantized(DecodeBatch& batch);

  // Takes all out; after an error nobody knows what their states hold.
  std::vector<GenerationPtr> disband();

  // Whether a step would do anything: not where every sequence waits for its grammar.
  bool can_step();

 private:
  struct Row {
    GenerationPtr generation;
    RequestSampler sampler;
    std::optional<ChosenToken> token = std::nullopt;        // chosen, not read yet
    std::optional<ChosenToken> next = std::nullopt;         // chosen after it, by the step that was just submitted
    std::optional<mlx::core::array> logits = std::nullopt;  // of a constrained row that waits for its grammar
    std::optional<Failure> failure = std::nullopt;          // its grammar's
    int left = 0;                                           // tokens to choose yet
  };

  void answer_constrained();
  void choose(Row& row, const mlx::core::array& logits, std::optional<mlx::core::array> allowed);
  static bool wants_step(const Row& row) { return row.token && row.left > 0; }
  void submit();
  std::vector<AdapterPtr> adapters() const;
  void choose_next(const mlx::core::array& logits, const std::vector<bool>& idle);
  void collect(std::vector<Ended>& ended);
  std::vector<Ended> failed();
  Ended take_out(size_t index, std::optional<Failure> failure);
  StateGroup take_state(size_t index);
  void join_state(StateGroup state);

  const Executor& executor_;
  std::optional<StateGroup> group_;
  std::vector<Row> rows_;  // in the order of the group's slots
};

}  // namespace mlxengine
