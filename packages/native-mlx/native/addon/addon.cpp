#include <mlx/version.h>
#include <napi.h>

#include "addon/devices.h"
#include "addon/environment.h"
#include "addon/guard.h"
#include "addon/js_reader.h"
#include "addon/memory.h"
#include "addon/model_handle.h"

// What JavaScript sees of the addon; src/abi.ts describes every member.
namespace mlxengine {

namespace {

#define MLXENGINE_TEXT(x) #x
#define MLXENGINE_VERSION_TEXT(major, minor, patch) \
  MLXENGINE_TEXT(major) "." MLXENGINE_TEXT(minor) "." MLXENGINE_TEXT(patch)

Napi::Value describe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto environment = Environment::of(info.Env());
    const auto request =
        environment->begin(nullptr, JsReader(info[0], "onEvent").function(), std::make_shared<Cancellation>());
    environment->owner()->post(environment->client(), [environment, request] {
      try {
        environment->post(request, DevicesEvent{describe_devices()});
      } catch (...) {
        environment->post(request, current_failure());
      }
    });
    return Napi::Number::New(info.Env(), request);
  });
}

// Not counted itself, so that reading it changes nothing.
Napi::Value crossings(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Environment::of(info.Env())->crossings());
}

}  // namespace

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  Environment::create(env);
  exports.Set("abiVersion", Napi::Number::New(env, 3));
  exports.Set("mlxVersion", Napi::String::New(env, mlx::core::version()));
  exports.Set("builtForMlxVersion",
              Napi::String::New(env, MLXENGINE_VERSION_TEXT(MLX_VERSION_MAJOR, MLX_VERSION_MINOR, MLX_VERSION_PATCH)));
  exports.Set("Model", ModelHandle::define(env));
  exports.Set("describe", Napi::Function::New(env, describe));
  define_memory(env, exports);
  exports.Set("crossings", Napi::Function::New(env, crossings));
  return exports;
}

}  // namespace mlxengine

// The macro makes names of its argument, so it takes no qualified one.
using mlxengine::initialize;
NODE_API_MODULE(mlxengine_addon, initialize)
