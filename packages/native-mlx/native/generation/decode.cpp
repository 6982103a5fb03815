#include "generation/decode.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>

#include "generation/sampler.h"
#include "generation/uniform.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Freed buffers of outgrown caches pile up otherwise.
constexpr int tokens_between_clears = 256;

mx::array forward(const DecodeContext& context, const mx::array& token) {
  return *context.model.executor->run({token, {{&context.sequence.state, 0, 1}}, {0}}).logits;
}

mx::array sample_at(const DecodeContext& context,
                    const mx::array& logits,
                    int index,
                    const std::optional<mx::array>& allowed) {
  const SamplingParameters& sampling = context.request.sampling;
  const int token_index = context.request.generated_tokens + index;
  return sample(logits, sampling, uniform(sampling.seed, static_cast<uint32_t>(token_index)), allowed);
}

// Takes a token that was read; says whether it ends the generation.
bool take(const DecodeContext& context, uint32_t token, int index) {
  context.sequence.tokens.push_back(token);
  context.on_token(token);
  // The prompt's buffers are of no use to single tokens.
  if (index % tokens_between_clears == 0) mx::clear_cache();
  const auto& stops = context.request.stop_tokens;
  return std::find(stops.begin(), stops.end(), token) != stops.end();
}

// Each step is submitted before the token of the one before it is read, so the device never waits for the host.
bool decode_freely(const DecodeContext& context, const mx::array& prompt_logits) {
  auto current = sample_at(context, prompt_logits, 0, std::nullopt);
  mx::async_eval(current);
  for (int index = 0; index < context.request.max_tokens; index++) {
    context.cancellation.throw_if_cancelled();
    std::optional<mx::array> next;
    if (index + 1 < context.request.max_tokens) {
      next = sample_at(context, forward(context, current), index + 1, std::nullopt);
      mx::async_eval(*next);
    }
    if (take(context, current.item<uint32_t>(), index)) return true;
    if (next) current = *next;
  }
  return false;
}

uint32_t choose(const DecodeContext& context, const mx::array& logits, int index) {
  const Choice choice = context.constraint->next();
  if (choice.forced) return *choice.forced;
  auto chosen = sample_at(context, logits, index, unpack_mask(choice.mask, context.model.graph.vocabulary_size));
  return chosen.item<uint32_t>();
}

// The grammar works on its mask while the device computes the logits that it will be laid on.
bool decode_constrained(const DecodeContext& context, mx::array logits) {
  for (int index = 0; index < context.request.max_tokens; index++) {
    context.cancellation.throw_if_cancelled();
    mx::async_eval(logits);
    const uint32_t token = choose(context, logits, index);
    if (take(context, token, index)) return true;
    if (index + 1 < context.request.max_tokens) logits = forward(context, mx::array({token}, mx::uint32));
  }
  return false;
}

}  // namespace

bool decode(const DecodeContext& context, mx::array logits) {
  return context.constraint == nullptr ? decode_freely(context, logits)
                                       : decode_constrained(context, std::move(logits));
}

}  // namespace mlxengine
