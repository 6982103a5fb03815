#pragma once

#include <napi.h>

#include "runtime/events.h"

namespace mlxengine {

// Events as the objects that src/abi.ts describes.
Napi::Object write_event(Napi::Env env, const Event& event);
Napi::Object write_question(Napi::Env env);
Napi::Object write_failure(Napi::Env env, const Failure& failure);

}  // namespace mlxengine
