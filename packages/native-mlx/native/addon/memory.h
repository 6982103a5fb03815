#pragma once

#include <napi.h>

namespace mlxengine {

// What JavaScript sees of MLX's memory and the system's; src/abi/native-addon.ts describes every member.
void define_memory(Napi::Env env, Napi::Object exports);

}  // namespace mlxengine
