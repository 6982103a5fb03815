#include "addon/memory.h"

#include <mlx/memory.h>

#include <functional>
#include <optional>

#include "addon/environment.h"
#include "addon/guard.h"
#include "addon/js_reader.h"
#include "runtime/system_memory.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Has the owner thread do something that is no model's; `on_event` hears `done` or `failure`.
Napi::Value submit(const Napi::CallbackInfo& info, size_t on_event, const std::function<void()>& work) {
  const auto environment = Environment::of(info.Env());
  const auto request =
      environment->begin(nullptr, JsReader(info[on_event], "onEvent").function(), std::make_shared<Cancellation>());
  environment->owner()->post(environment->client(), [environment, request, work] {
    try {
      work();
      environment->post(request, DoneEvent{});
    } catch (...) {
      environment->post(request, current_failure());
    }
  });
  return Napi::Number::New(info.Env(), request);
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto report = Napi::Object::New(info.Env());
    report.Set("activeBytes", static_cast<double>(mx::get_active_memory()));
    report.Set("peakBytes", static_cast<double>(mx::get_peak_memory()));
    report.Set("cacheBytes", static_cast<double>(mx::get_cache_memory()));
    return report;
  });
}

std::optional<size_t> read_limit(const JsReader& limits, const char* name) {
  if (!limits.has(name)) return std::nullopt;
  return static_cast<size_t>(limits[name].integer(0, int64_t{1} << 53));
}

Napi::Value set_memory_limits(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const JsReader limits(info[0], "limits");
    const auto memory = read_limit(limits, "memoryLimit");
    const auto cache = read_limit(limits, "cacheLimit");
    const auto wired = read_limit(limits, "wiredLimit");
    return submit(info, 1, [memory, cache, wired] {
      if (memory) mx::set_memory_limit(*memory);
      if (cache) mx::set_cache_limit(*cache);
      if (wired) mx::set_wired_limit(*wired);
    });
  });
}

// MLX begins again at 0, although what is active then is the least that the peak can be.
Napi::Value reset_peak_memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return submit(info, 0, [] { mx::reset_peak_memory(); }); });
}

Napi::Value clear_cache(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return submit(info, 0, [] { mx::clear_cache(); }); });
}

Napi::Value system(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const SystemMemory memory = read_system_memory();
    auto report = Napi::Object::New(info.Env());
    report.Set("deviceFreeBytes", memory.device_free_bytes);
    report.Set("availableBytes", memory.available_bytes);
    report.Set("pressureLevel", memory.pressure_level);
    return report;
  });
}

}  // namespace

void define_memory(Napi::Env env, Napi::Object exports) {
  exports.Set("memory", Napi::Function::New(env, memory));
  exports.Set("setMemoryLimits", Napi::Function::New(env, set_memory_limits));
  exports.Set("resetPeakMemory", Napi::Function::New(env, reset_peak_memory));
  exports.Set("clearCache", Napi::Function::New(env, clear_cache));
  exports.Set("systemMemory", Napi::Function::New(env, system));
}

}  // namespace mlxengine
