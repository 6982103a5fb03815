#pragma once

#include <vector>

#include "runtime/events.h"

namespace mlxengine {

// Every device of this machine that this libmlx can use, each tried. Runs on the owner thread.
std::vector<DeviceDescription> describe_devices();

}  // namespace mlxengine
