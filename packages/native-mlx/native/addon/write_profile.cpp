#include "addon/write_profile.h"

#include "addon/typed_array.h"

namespace mlxengine {

namespace {

const char* phase(bool prefill) {
  return prefill ? "prefill" : "decode";
}

Napi::Object write_step(Napi::Env env, const ProfiledStep& step) {
  auto object = Napi::Object::New(env);
  object.Set("phase", phase(step.prefill));
  object.Set("tokens", step.tokens);
  object.Set("startMs", step.start);
  object.Set("durationMs", step.duration);
  return object;
}

Napi::Object write_kind(Napi::Env env, const ProfiledKind& kind) {
  auto object = Napi::Object::New(env);
  object.Set("kind", kind.kind);
  object.Set("phase", phase(kind.prefill));
  object.Set("calls", kind.calls);
  object.Set("buildMs", kind.build);
  object.Set("computeMs", kind.compute);
  return object;
}

Napi::Object write_operations(Napi::Env env, const ProfiledOperations& operations) {
  auto names = Napi::Array::New(env, operations.names.size());
  for (uint32_t i = 0; i < operations.names.size(); i++) names.Set(i, operations.names[i]);
  auto object = Napi::Object::New(env);
  object.Set("names", names);
  object.Set("kinds", to_typed_array<Napi::Uint8Array>(env, operations.kinds));
  object.Set("startMs", to_typed_array<Napi::Float64Array>(env, operations.starts));
  object.Set("buildMs", to_typed_array<Napi::Float32Array>(env, operations.builds));
  object.Set("computeMs", to_typed_array<Napi::Float32Array>(env, operations.computes));
  object.Set("complete", operations.complete);
  return object;
}

}  // namespace

Napi::Object write_profile(Napi::Env env, const ProfileReport& report) {
  auto steps = Napi::Array::New(env, report.steps.size());
  for (uint32_t i = 0; i < report.steps.size(); i++) steps.Set(i, write_step(env, report.steps[i]));
  auto kinds = Napi::Array::New(env, report.kinds.size());
  for (uint32_t i = 0; i < report.kinds.size(); i++) kinds.Set(i, write_kind(env, report.kinds[i]));
  auto object = Napi::Object::New(env);
  object.Set("steps", steps);
  object.Set("kinds", kinds);
  object.Set("operations", write_operations(env, report.operations));
  return object;
}

}  // namespace mlxengine
