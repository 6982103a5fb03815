#include "addon/devices.h"

#include <mlx/backend/cuda/cuda.h>
#include <mlx/backend/metal/metal.h>
#include <mlx/device.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

std::string kind_of(const mx::Device& device) {
  if (device == mx::Device::cpu) return "cpu";
  if (mx::metal::is_available()) return "metal";
  return mx::cu::is_available() ? "cuda" : "gpu";
}

// The product of a matrix of ones with itself, by the device's own kernels.
std::string try_device(const mx::Device& device) {
  constexpr int size = 64;
  try {
    const auto ones = mx::ones({size, size}, mx::float32, device);
    auto sum = mx::sum(mx::matmul(ones, ones, device), device);
    const float found = sum.item<float>();
    constexpr float expected = static_cast<float>(size) * size * size;
    if (found == expected) return "";
    return "[device] matmul, expected " + std::to_string(expected) + ", got " + std::to_string(found);
  } catch (...) {
    return current_failure().text;
  }
}

DeviceDescription describe(const mx::Device& device) {
  DeviceDescription description;
  description.type = device == mx::Device::cpu ? "cpu" : "gpu";
  description.kind = kind_of(device);
  const auto& information = mx::device_info(device);
  for (const auto& [key, value] : information) {
    if (key == "device_name" && std::holds_alternative<std::string>(value))
      description.name = std::get<std::string>(value);
    const bool is_memory = key == "memory_size" || key == "total_memory";
    if (is_memory && std::holds_alternative<size_t>(value))
      description.memory_bytes = static_cast<double>(std::get<size_t>(value));
  }
  description.failure = try_device(device);
  return description;
}

}  // namespace

std::vector<DeviceDescription> describe_devices() {
  std::vector<DeviceDescription> devices;
  for (const mx::Device& device : {mx::Device(mx::Device::gpu), mx::Device(mx::Device::cpu)}) {
    if (mx::is_available(device)) devices.push_back(describe(device));
  }
  return devices;
}

}  // namespace mlxengine
