#include "generation/speculative_decode.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "generation/sampler.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

SpeculativeDecode::SpeculativeDecode(const Executor& executor, Prefilled sequence, std::unique_ptr<Drafter> drafter)
    : executor_(executor),
      generation_(std::move(sequence.generation)),
      state_(std::move(sequence.state)),
      logits_(std::move(sequence.logits)),
      sampler_(sampler_of(*generation_)),
      drafter_(std::move(drafter)) {}

std::optional<Ended> SpeculativeDecode::step() {
  if (generation_->cancelled()) return ended(Failure{FailureKind::aborted, "[request] cancelled", "", 0});
  if (logits_) {
    take(*std::exchange(logits_, std::nullopt), {});
    return finished_ ? std::optional(ended(std::nullopt)) : std::nullopt;
  }
  const auto start = Clock::now();
  const auto guesses = guess();
  const int before = state_.length(0);
  std::vector<uint32_t> tokens{generation_->tokens().back()};
  tokens.insert(tokens.end(), guesses.begin(), guesses.end());
  const int taken = take(run(tokens), guesses);
  if (before + taken < state_.length(0)) state_.trim(0, before + taken);
  const std::chrono::duration<double, std::milli> duration = Clock::now() - start;
  gauge_.note(static_cast<int>(guesses.size()), taken, duration.count());
  return finished_ ? std::optional(ended(std::nullopt)) : std::nullopt;
}

std::vector<uint32_t> SpeculativeDecode::guess() {
  const GenerateRequest& request = generation_->request();
  // The last token of all is not guessed: nothing would come after it.
  const int most = std::min(request.speculation->max_draft, request.max_tokens - generation_->generated() - 1);
  if (most < 1 || gauge_.wants_plain_step()) return {};
  return drafter_->draft(generation_->tokens(), most, sampler_);
}

mx::array SpeculativeDecode::run(const std::vector<uint32_t>& tokens) {
  const auto count = static_cast<int>(tokens.size());
  std::vector<int> rows(tokens.size());
  std::iota(rows.begin(), rows.end(), 0);
  Step step{mx::array(tokens.begin(), {count}, mx::uint32),
            {{&state_, 0, count, {}, {generation_->adapter()}}},
            std::move(rows)};
  step.checkpoints = count > 1;
  return *executor_.run(step).logits;
}

int SpeculativeDecode::take(const mx::array& logits, const std::vector<uint32_t>& guesses) {
  const auto count = static_cast<int>(guesses.size()) + 1;
  sampler_.suppose(guesses);
  SamplerRows rows;
  for (int ahead = 0; ahead < count; ahead++) rows.push_back({&sampler_, ahead});
  StepChoices choices(sample(logits, rows));
  int taken = 0;
  bool goes_on = true;
  while (goes_on) {
    const uint32_t token = choices.token(taken);
    const auto told = choices.log_probabilities(taken);
    sampler_.advance(token);
    finished_ = generation_->take(token, told);
    goes_on = !finished_ && taken + 1 < count && token == guesses[static_cast<size_t>(taken)];
    taken++;
  }
  // The last one taken was not guessed, unless it ended the answer.
  const bool last_was_guessed =
      taken < count && generation_->tokens().back() == guesses[static_cast<size_t>(taken) - 1];
  if (count > 1) generation_->note_drafts(count - 1, taken - 1 + (last_was_guessed ? 1 : 0));
  return taken;
}

Prefilled SpeculativeDecode::release() {
  auto logits = logits_ ? *std::exchange(logits_, std::nullopt) : run({generation_->tokens().back()});
  return {std::move(generation_), std::move(state_), std::move(logits)};
}

}  // namespace mlxengine
