#pragma once

#include <napi.h>

#include "runtime/profile_report.h"

namespace mlxengine {

// As src/abi/native-addon.ts has it.
Napi::Object write_profile(Napi::Env env, const ProfileReport& report);

}  // namespace mlxengine
