#pragma once

#include "generation/model.h"
#include "generation/request.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"

namespace mlxengine {

// Vectors of sequences, each whole in one step; as many share a step as its tokens allow.
EmbedEvent embed(const Model& model, const EmbedRequest& request, const Cancellation& cancellation);

}  // namespace mlxengine
