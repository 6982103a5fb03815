#include "runtime/system_memory.h"

#ifdef __APPLE__
#include <mach/mach.h>
#include <sys/sysctl.h>
#include <unistd.h>
#else
#include <mlx/backend/cuda/cuda.h>
#include <mlx/device.h>

#include <string>
#include <variant>
#endif

namespace mlxengine {

#ifdef __APPLE__

SystemMemory read_system_memory() {
  SystemMemory memory;
  int level = 0;
  size_t size = sizeof(level);
  if (sysctlbyname("kern.memorystatus_vm_pressure_level", &level, &size, nullptr, 0) == 0)
    memory.pressure_level = level;
  vm_statistics64_data_t statistics;
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  const mach_port_t host = mach_host_self();
  if (host_statistics64(host, HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&statistics), &count) == KERN_SUCCESS) {
    // What the kernel gives away before it compresses or swaps anything.
    const double pages =
        static_cast<double>(statistics.free_count) + statistics.inactive_count + statistics.purgeable_count;
    memory.available_bytes = pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  mach_port_deallocate(mach_task_self(), host);
  return memory;
}

#else

namespace mx = mlx::core;

SystemMemory read_system_memory() {
  SystemMemory memory;
  if (!mx::cu::is_available()) return memory;
  const auto& information = mx::device_info(mx::Device::gpu);
  const auto found = information.find("free_memory");
  if (found != information.end() && std::holds_alternative<size_t>(found->second))
    memory.device_free_bytes = static_cast<double>(std::get<size_t>(found->second));
  return memory;
}

#endif

}  // namespace mlxengine
