#pragma once

namespace mlxengine {

// The system's live figures that JavaScript cannot read itself, each 0 where it is not known here.
struct SystemMemory {
  double device_free_bytes = 0;  // of a CUDA device
  double available_bytes = 0;    // of the system, on Apple's
  int pressure_level = 0;        // as Apple's kernel counts: 1 normal, 2 warning, 4 critical
};

// May be called on any thread.
SystemMemory read_system_memory();

}  // namespace mlxengine
