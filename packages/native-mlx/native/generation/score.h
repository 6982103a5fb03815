#pragma once

#include "generation/model.h"
#include "generation/request.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"

namespace mlxengine {

// Log-probabilities, and logits where asked for, of given tokens, each sequence in a state of its own. Sequences go
// side by side, a chunk of each a step; one that is done makes room for the next.
ScoreEvent score(const Model& model, const ScoreRequest& request, const Cancellation& cancellation);

}  // namespace mlxengine
