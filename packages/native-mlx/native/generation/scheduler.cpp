#include "generation/scheduler.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <chrono>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

using Clock = std::chrono::steady_clock;

// Freed buffers of outgrown caches pile up otherwise.
constexpr int steps_between_clears = 256;
constexpr int long_prompt = 256;

Failure cancelled_failure() {
  return {FailureKind::aborted, "[request] cancelled", "", 0};
}

PrefixKey key_of(const Generation& generation) {
  return {generation.cache_key(), "", generation.request().cache.salt};
}

constexpr PrefixReport no_prefix{0, 0, PrefixEnd::off, 0, 0};

}  // namespace

Scheduler::Scheduler(const Executor& executor,
                     PrefixCache& prefix_cache,
                     const mx::Device& device,
                     SchedulerLimits limits,
                     Recovery& recovery)
    : executor_(executor),
      prefix_cache_(prefix_cache),
      limits_(limits),
      recovery_(recovery),
      planner_(device),
      admission_(executor.graph(), executor.dtype()),
      shared_(executor),
      quantized_(executor) {}

int Scheduler::active() const {
  return static_cast<int>(prefilling_.size() + alone_.size() + speculating_.size()) + shared_.size() +
         quantized_.size();
}

void Scheduler::add(GenerationPtr generation) {
  admit();
  if (static_cast<int>(waiting_.size()) < limits_.max_waiting || active() < limits_.max_sequences) {
    waiting_.push_back(std::move(generation));
    return;
  }
  generation->fail(
      {FailureKind::busy,
       "[scheduler] waiting requests, expected at most " + std::to_string(limits_.max_waiting) + ", got one more",
       "",
       0});
}

bool Scheduler::tick() {
  drop_cancelled();
  admit();
  prefill_one();
  step_batches();
  if (dead_) {
    abandon(*dead_);
    dead_.reset();
  }
  admit();
  return has_more();
}

bool Scheduler::has_more() {
  // Those who wait for their grammar wake the scheduler with its answer.
  return !prefilling_.empty() || !speculating_.empty() || shared_.can_step() || quantized_.can_step() ||
         std::any_of(alone_.begin(), alone_.end(), [](DecodeBatch& batch) { return batch.can_step(); });
}

void Scheduler::drop_cancelled() {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (!(*at)->cancelled()) {
      ++at;
      continue;
    }
    const GenerationPtr generation = std::move(*at);
    at = waiting_.erase(at);
    generation->fail(cancelled_failure());
  }
  for (auto at = prefilling_.begin(); at != prefilling_.end();) {
    if (!at->generation().cancelled()) {
      ++at;
      continue;
    }
    Prefill prefill = std::move(*at);
    at = prefilling_.erase(at);
    settle({prefill.generation_ptr(), prefill.release_state(), cancelled_failure()});
  }
}

void Scheduler::admit() {
  while (!waiting_.empty() && active() < limits_.max_sequences && has_room_for(*waiting_.front())) {
    GenerationPtr generation = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(generation));
  }
}

bool Scheduler::has_room_for(const Generation& generation) {
  // Alone it gets what there is: whether that is enough was asked before it came here.
  if (active() == 0) return true;
  const int64_t own = Admission::expected_positions(generation.prompt_length(), generation.request().max_tokens);
  const int64_t positions = own + positions_to_come();
  if (admission_.fits(positions)) return true;
  // What is kept for later goes first.
  prefix_cache_.clear();
  return admission_.fits(positions);
}

int64_t Scheduler::positions_to_come() const {
  int64_t positions = shared_.positions_to_come() + quantized_.positions_to_come();
  for (const DecodeBatch& batch : alone_) positions += batch.positions_to_come();
  for (const Prefill& prefill : prefilling_)
    positions += Admission::expected_positions(prefill.left(), prefill.generation_ptr()->request().max_tokens);
  return positions;
}

void Scheduler::begin(GenerationPtr generation) {
  const auto& request = generation->request();
  // A hit would change the shapes of its steps, as chunks that end at snapshots would; and what failed once has nothing
  // from others.
  const bool stands_alone = request.deterministic || generation->restarted();
  PrefixMatch match = request.cache.reuse && !stands_alone ? prefix_cache_.take(request.prompt, key_of(*generation))
                                                           : PrefixMatch{no_prefix, {}};
  auto state = match.state ? std::move(*match.state) : executor_.empty_state();
  std::vector<int> snapshots;
  if (request.cache.keep && !stands_alone)
    snapshots = prefix_cache_.wanted_snapshots(request.prompt, request.cache.borders, state.length(0));
  generation->start(match.report);
  prefilling_.emplace_back(std::move(generation), std::move(state), std::move(snapshots));
}

void Scheduler::prefill_one() {
  if (prefilling_.empty()) return;
  Prefill prefill = std::move(prefilling_.front());
  prefilling_.pop_front();
  const GenerationPtr generation = prefill.generation_ptr();
  const bool is_deterministic = generation->request().deterministic;
  const int count = prefill.chunk(is_deterministic ? planner_.steady_chunk() : planner_.chunk(anyone_decodes()));
  try {
    recovery_.throw_if_asked();
    const auto start = Clock::now();
    auto logits = prefill.advance(executor_, count);
    // A long prompt's buffers are of no use to single tokens.
    if (logits && generation->prompt_length() >= long_prompt) steps_since_clear_ = steps_between_clears;
    if (logits) {
      decode({generation, prefill.release_state(), std::move(*logits)});
    } else {
      planner_.learn(count, Clock::now() - start);
      if (prefill.at_snapshot()) keep(*generation, prefill.fork_state());
      prefilling_.push_back(std::move(prefill));
    }
  } catch (...) {
    recover({generation}, current_failure());
  }
}

void Scheduler::decode(Prefilled sequence) {
  if (sequence.generation->wants_own_steps()) {
    alone_.emplace_back(executor_).join(std::move(sequence));
  } else if (auto drafter = has_company() ? nullptr : sequence.generation->take_drafter()) {
    speculating_.emplace_back(executor_, std::move(sequence), std::move(drafter));
  } else {
    (sequence.state.quantized() ? quantized_ : shared_).join(std::move(sequence));
  }
}

// Others decode, too: a step for all of them is worth more than guesses of each.
bool Scheduler::has_company() const {
  return !shared_.empty() || !quantized_.empty() || speculating_.size() > 1;
}

void Scheduler::speculate() {
  for (auto at = speculating_.begin(); at != speculating_.end();) {
    const GenerationPtr generation = at->generation_ptr();
    try {
      recovery_.throw_if_asked();
      auto ended = at->step();
      const bool goes_on = !ended && !at->loses() && !has_company();
      if (ended) settle(std::move(*ended));
      if (!ended && !goes_on) decode(at->release());
      at = goes_on ? std::next(at) : speculating_.erase(at);
    } catch (...) {
      at = speculating_.erase(at);
      recover({generation}, current_failure());
    }
  }
}

void Scheduler::step_batches() {
  speculate();
  step(shared_);
  shared_.move_quantized(quantized_);
  step(quantized_);
  for (DecodeBatch& batch : alone_) step(batch);
  alone_.remove_if([](const DecodeBatch& batch) { return batch.empty(); });
  if (++steps_since_clear_ < steps_between_clears) return;
  mx::clear_cache();
  steps_since_clear_ = 0;
}

void Scheduler::step(DecodeBatch& batch) {
  if (batch.empty()) return;
  try {
    if (!batch.can_step()) return;
    recovery_.throw_if_asked();
    for (Ended& ended : batch.step()) settle(std::move(ended));
  } catch (...) {
    recover(batch.disband(), current_failure());
  }
}

// The states of those in a step that failed are lost, and what the cache holds may hang on them. Each begins anew from
// its tokens, alone, so that the one that is the reason takes no others with it again.
void Scheduler::recover(std::vector<GenerationPtr> generations, const Failure& failure) {
  const Failure found = recovery_.examine(failure);
  const bool is_of_device = Recovery::is_of_device(found);
  if (is_of_device || found.kind == FailureKind::dead) prefix_cache_.clear();
  for (auto at = generations.rbegin(); at != generations.rend(); ++at) {
    if (is_of_device && (*at)->restart()) {
      waiting_.push_front(std::move(*at));
    } else {
      (*at)->fail(found);
    }
  }
  if (found.kind == FailureKind::dead) dead_ = found;
}

// Between steps a state is whole, so it is worth keeping however its request ended.
void Scheduler::settle(Ended ended) {
  keep(*ended.generation, std::move(ended.state));
  if (ended.failure) {
    ended.generation->fail(*ended.failure);
  } else {
    ended.generation->finish();
  }
}

void Scheduler::keep(const Generation& generation, StateGroup state) {
  const GenerateRequest& request = generation.request();
  if (request.cache.keep) prefix_cache_.keep(key_of(generation), generation.tokens(), std::move(state));
}

void Scheduler::give_up(DecodeBatch& batch, const Failure& failure) {
  for (const GenerationPtr& generation : batch.disband()) generation->fail(failure);
}

void Scheduler::abandon(const Failure& failure) {
  for (const GenerationPtr& generation : waiting_) generation->fail(failure);
  for (Prefill& prefill : prefilling_) prefill.generation().fail(failure);
  waiting_.clear();
  prefilling_.clear();
  give_up(shared_, failure);
  give_up(quantized_, failure);
  for (DecodeBatch& batch : alone_) give_up(batch, failure);
  alone_.clear();
  for (SpeculativeDecode& speculation : speculating_) speculation.generation_ptr()->fail(failure);
  speculating_.clear();
}

}  // namespace mlxengine
