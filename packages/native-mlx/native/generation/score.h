#pragma once

#include "generation/model.h"
#include "generation/request.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"

namespace mlxengine {

// Log-probabilities, and logits where asked for, of given tokens, in a sequence of its own.
ScoreEvent score(const Model& model, const ScoreRequest& request, const Cancellation& cancellation);

}  // namespace mlxengine
