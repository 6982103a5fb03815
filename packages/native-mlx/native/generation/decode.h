#pragma once

#include <mlx/array.h>

#include <functional>
#include <optional>

#include "generation/constraint.h"
#include "generation/model.h"
#include "generation/request.h"
#include "generation/sampling/log_probabilities.h"
#include "runtime/cancellation.h"

namespace mlxengine {

// What decoding needs of its request.
struct DecodeContext {
  const Model& model;
  CachedSequence& sequence;
  const GenerateRequest& request;
  const Cancellation& cancellation;
  Constraint* constraint;  // null: none
  // Told each token as it is read.
  std::function<void(uint32_t token, const std::optional<TokenLogProbabilities>&)> on_token;
};

// Generates from the prompt's logits until a stop token (true) or max_tokens (false).
bool decode(const DecodeContext& context, mlx::core::array logits);

}  // namespace mlxengine
