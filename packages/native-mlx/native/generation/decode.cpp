#include "generation/decode.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>

#include "generation/sampler.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Freed buffers of outgrown caches pile up otherwise.
constexpr int tokens_between_clears = 256;

mx::array forward(const DecodeContext& context, const mx::array& token) {
  return *context.model.executor->run({token, {{&context.sequence.state, 0, 1}}, {0}}).logits;
}

Sampled sample_next(RequestSampler& sampler, const mx::array& logits, std::optional<mx::array> allowed = std::nullopt) {
  Sampled sampled = sample(logits, {{&sampler, 0, std::move(allowed)}});
  sampler.advance(sampled.tokens, 0);
  mx::async_eval(sampled.arrays());
  return sampled;
}

// Reads what was chosen and takes it; says whether it ends the generation.
bool take(const DecodeContext& context, RequestSampler& sampler, const Sampled& sampled, int index) {
  const auto token = sampled.tokens.item<uint32_t>();
  sampler.settle(token);
  context.sequence.tokens.push_back(token);
  context.on_token(token, sampled.log_probabilities.read()[0]);
  // The prompt's buffers are of no use to single tokens.
  if (index % tokens_between_clears == 0) mx::clear_cache();
  const auto& stops = context.request.stop_tokens;
  return std::find(stops.begin(), stops.end(), token) != stops.end();
}

// Each step is submitted before the token of the one before it is read, so the device never waits for the host.
bool decode_freely(const DecodeContext& context, RequestSampler& sampler, const mx::array& prompt_logits) {
  auto current = sample_next(sampler, prompt_logits);
  for (int index = 0; index < context.request.max_tokens; index++) {
    context.cancellation.throw_if_cancelled();
    std::optional<Sampled> next;
    if (index + 1 < context.request.max_tokens) next = sample_next(sampler, forward(context, current.tokens));
    if (take(context, sampler, current, index)) return true;
    if (next) current = *next;
  }
  return false;
}

std::vector<uint32_t> only(uint32_t token, int vocabulary_size) {
  std::vector<uint32_t> mask((static_cast<size_t>(vocabulary_size) + 31) / 32);
  mask[token / 32] = uint32_t{1} << (token % 32);
  return mask;
}

Sampled choose(const DecodeContext& context, RequestSampler& sampler, const mx::array& logits) {
  const int vocabulary_size = context.model.graph.vocabulary_size;
  const Choice choice = context.constraint->next();
  const auto mask = choice.forced ? only(*choice.forced, vocabulary_size) : choice.mask;
  return sample_next(sampler, logits, unpack_mask(mask, vocabulary_size));
}

// The grammar works on its mask while the device computes the logits that it will be laid on.
bool decode_constrained(const DecodeContext& context, RequestSampler& sampler, mx::array logits) {
  for (int index = 0; index < context.request.max_tokens; index++) {
    context.cancellation.throw_if_cancelled();
    mx::async_eval(logits);
    const Sampled chosen = choose(context, sampler, logits);
    if (take(context, sampler, chosen, index)) return true;
    if (index + 1 < context.request.max_tokens) logits = forward(context, chosen.tokens);
  }
  return false;
}

}  // namespace

bool decode(const DecodeContext& context, mx::array logits) {
  const GenerateRequest& request = context.request;
  RequestSampler sampler(request.sampling, request.log_probabilities, request.prompt, request.generated_tokens);
  return context.constraint == nullptr ? decode_freely(context, sampler, logits)
                                       : decode_constrained(context, sampler, std::move(logits));
}

}  // namespace mlxengine
