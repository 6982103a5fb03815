#include "generation/generation.h"

#include <algorithm>
#include <utility>

namespace mlxengine {

Generation::Generation(Init init)
    : request_(std::move(init.request)),
      cancellation_(std::move(init.cancellation)),
      constraint_(std::move(init.constraint)),
      profile_(request_.profile ? std::make_unique<Profile>() : nullptr),
      emit_(std::move(init.emit)),
      adapter_(std::move(init.adapter)),
      drafter_(std::move(init.drafter)),
      cache_key_(std::move(init.cache_key)),
      tokens_(request_.prompt),
      batcher_(emit_, /* immediate */ constraint_ != nullptr) {}

bool Generation::restart() {
  if (std::exchange(restarted_, true)) return false;
  const int count = generated();
  request_.prompt = tokens_;
  request_.generated_tokens += count;
  request_.max_tokens -= count;
  return true;
}

void Generation::start(const PrefixReport& prefix) {
  // Its caller knows of one beginning only.
  if (restarted_) return;
  cached_tokens_ = prefix.cached;
  meter_.start(prompt_length(), prefix);
}

void Generation::tell_progress(int processed_tokens) {
  if (restarted_) return;
  emit_(PrefillProgressEvent{processed_tokens, prompt_length(), cached_tokens_});
}

bool Generation::take(uint32_t token, const std::optional<TokenLogProbabilities>& told) {
  if (meter_.token()) tell_progress(prompt_length());
  tokens_.push_back(token);
  batcher_.push(token, told);
  const auto& stops = request_.stop_tokens;
  stopped_ = std::find(stops.begin(), stops.end(), token) != stops.end();
  return stopped_ || generated() == request_.max_tokens;
}

Generation::~Generation() {
  try {
    fail({FailureKind::backend, "[scheduler] request, expected to be finished, got dropped", "", 0});
  } catch (...) {
    // Nothing is left to tell it by.
  }
}

void Generation::note_drafts(int drafted, int accepted) {
  speculation_.drafted += drafted;
  speculation_.accepted += accepted;
  speculation_.steps++;
}

void Generation::finish() {
  if (std::exchange(ended_, true)) return;
  batcher_.flush();
  Statistics statistics = meter_.statistics();
  if (request_.speculation) statistics.speculation = speculation_;
  emit_(FinishEvent{stopped_, statistics, profile_ ? std::optional(profile_->report()) : std::nullopt});
}

void Generation::fail(const Failure& failure) {
  if (std::exchange(ended_, true)) return;
  batcher_.flush();
  emit_(failure);
}

}  // namespace mlxengine
