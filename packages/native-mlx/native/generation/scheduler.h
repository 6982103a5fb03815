#pragma once

#include <deque>
#include <list>
#include <optional>
#include <vector>

#include "executor/executor.h"
#include "generation/admission.h"
#include "generation/decode_batch.h"
#include "generation/generation.h"
#include "generation/prefill.h"
#include "generation/prefill_planner.h"
#include "generation/prefix_cache.h"
#include "generation/recovery.h"
#include "generation/speculative_decode.h"

namespace mlxengine {

struct SchedulerLimits {
  int max_sequences = 32;  // that are worked on at a time
  int max_waiting = 1024;  // behind them
};

// Runs the generations of a model side by side: they come and go between any two steps. A tick is one chunk of one
// prompt and one step of every batch, so that nobody waits long for anybody else; prompts take turns.
class Scheduler {
 public:
  Scheduler(const Executor& executor,
            PrefixCache& prefix_cache,
            const mlx::core::Device& device,
            SchedulerLimits limits,
            Recovery& recovery);

  // Takes a generation in, or fails it where too many wait.
  void add(GenerationPtr generation);

  // Works on what there is for a moment. Says whether there is more to do at once.
  bool tick();

  // Memory is short: prompts go in smaller chunks for a while.
  void spare_memory() { planner_.shrink(); }

  // Ends all generations.
  void abandon(const Failure& failure);

 private:
  int active() const;
  bool anyone_decodes() const {
    return !shared_.empty() || !quantized_.empty() || !alone_.empty() || !speculating_.empty();
  }

  void drop_cancelled();
  void admit();
  bool has_room_for(const Generation& generation);
  int64_t positions_to_come() const;
  void begin(GenerationPtr generation);
  void prefill_one();
  void decode(Prefilled sequence);
  void step_batches();
  void step(DecodeBatch& batch);
  void speculate();
  bool has_company() const;
  void settle(Ended ended);
  void recover(std::vector<GenerationPtr> generations, const Failure& failure);
  void keep(const Generation& generation, StateGroup state);
  void give_up(DecodeBatch& batch, const Failure& failure);
  bool has_more();

  const Executor& executor_;
  PrefixCache& prefix_cache_;
  const SchedulerLimits limits_;
  Recovery& recovery_;
  PrefillPlanner planner_;
  Admission admission_;
  std::deque<GenerationPtr> waiting_;
  std::deque<Prefill> prefilling_;
  DecodeBatch shared_;
  DecodeBatch quantized_;         // those whose keys and values were quantized on the way
  std::list<DecodeBatch> alone_;  // those who asked for steps of their own, and those who are tried once more
  std::list<SpeculativeDecode> speculating_;
  int steps_since_clear_ = 0;
  std::optional<Failure> dead_;  // the device, as a step of this tick showed
};

}  // namespace mlxengine
