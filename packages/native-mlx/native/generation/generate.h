#pragma once

#include <functional>

#include "generation/constraint.h"
#include "generation/model.h"
#include "generation/request.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"

namespace mlxengine {

// Runs one request from prompt to end on the owner thread, telling of it by events. Throws what goes wrong, with the
// cache left in order.
void generate(Model& model,
              const GenerateRequest& request,
              const Cancellation& cancellation,
              Constraint* constraint,
              const std::function<void(Event)>& emit);

}  // namespace mlxengine
