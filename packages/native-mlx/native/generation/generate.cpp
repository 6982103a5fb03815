#include "generation/generate.h"

#include <chrono>

#include "generation/decode.h"
#include "generation/prefill.h"
#include "generation/token_batcher.h"

namespace mlxengine {

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// The times and counts of a request as they come.
class Meter {
 public:
  Meter(int prompt_tokens, int cached_tokens) {
    statistics_.prompt_tokens = prompt_tokens;
    statistics_.cached_prompt_tokens = cached_tokens;
  }

  // Whether it is the first.
  bool token() {
    last_ = Clock::now();
    if (++statistics_.completion_tokens > 1) return false;
    first_ = last_;
    return true;
  }

  Statistics statistics() const {
    Statistics statistics = statistics_;
    statistics.prefill_ms = milliseconds(first_ - start_);
    statistics.decode_ms = milliseconds(last_ - first_);
    return statistics;
  }

 private:
  Statistics statistics_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point first_ = start_;
  Clock::time_point last_ = start_;
};

}  // namespace

void generate(Model& model,
              const GenerateRequest& request,
              const Cancellation& cancellation,
              Constraint* constraint,
              const std::function<void(Event)>& emit) {
  cancellation.throw_if_cancelled();
  CachedSequence sequence = model.prefix_cache.take(request.prompt, model.graph);
  const int total = static_cast<int>(request.prompt.size());
  const int cached = sequence.state.length(0);
  Meter meter(total, cached);
  TokenBatcher batcher(emit, /* immediate */ constraint != nullptr);
  const auto on_progress = [&](int processed) { emit(PrefillProgressEvent{processed, total, cached}); };
  const auto on_token = [&](uint32_t token, const std::optional<TokenLogProbabilities>& told) {
    if (meter.token()) on_progress(total);
    batcher.push(token, told);
  };
  bool stopped = false;
  try {
    auto logits = prefill(model, sequence, request.prompt, cancellation, on_progress);
    stopped = decode({model, sequence, request, cancellation, constraint, on_token}, std::move(logits));
  } catch (const FailureError& error) {
    // Between steps the sequence is whole; after any other error nobody knows what its arrays hold.
    const FailureKind kind = error.failure().kind;
    if (kind == FailureKind::aborted || kind == FailureKind::constraint) model.prefix_cache.keep(std::move(sequence));
    throw;
  }
  batcher.flush();
  model.prefix_cache.keep(std::move(sequence));
  emit(FinishEvent{stopped, meter.statistics()});
}

}  // namespace mlxengine
