#pragma once

#include <napi.h>

#include <utility>

#include "addon/environment.h"
#include "addon/write_event.h"

namespace mlxengine {

// Runs what an exported function does: counts the crossing, and makes a JavaScript error of any C++ exception, with its
// `failure` beside the message.
template <typename Body>
auto guarded(Napi::Env env, Body&& body) -> decltype(body()) {
  Environment::of(env)->count_crossing();
  try {
    return std::forward<Body>(body)();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    const Failure failure = current_failure();
    auto error = Napi::Error::New(env, failure.text);
    error.Set("failure", write_failure(env, failure));
    throw error;
  }
}

}  // namespace mlxengine
