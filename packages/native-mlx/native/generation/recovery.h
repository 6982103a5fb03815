#pragma once

#include <mlx/device.h>

#include <functional>
#include <memory>

#include "runtime/device_health.h"
#include "runtime/failure.h"

namespace mlxengine {

// What to do after a failure on the device: whether it still computes, and whether a request is worth another try.
class Recovery {
 public:
  Recovery(mlx::core::Device device, std::shared_ptr<DeviceHealth> health)
      : device_(device), health_(std::move(health)) {}

  DeviceHealth& health() const { return *health_; }

  // Failures of the device's, not of what was asked for.
  static bool is_of_device(const Failure& failure) {
    return failure.kind == FailureKind::backend || failure.kind == FailureKind::memory;
  }

  // Looks whether the device still computes after a failure; where it does not, it is dead and the failure says so.
  Failure examine(const Failure& failure);

  // Does work that has no state to lose, and where the device fails once more.
  void twice(const std::function<void()>& work);

  // For tests: the next steps fail, and after those so many looks at the device, which until then is alive.
  void fail_next(int steps, int looks);
  // Before each step.
  void throw_if_asked();

 private:
  bool computes();

  mlx::core::Device device_;
  std::shared_ptr<DeviceHealth> health_;
  int failing_steps_ = 0;
  int failing_looks_ = 0;
};

}  // namespace mlxengine
