#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "runtime/failure.h"

namespace mlxengine {

// Whether the device still computes. Once it does not, nothing is tried on it any more.
class DeviceHealth {
 public:
  void mark_dead(const std::string& reason) {
    std::lock_guard lock(mutex_);
    if (!reason_) reason_ = reason;
  }

  // Why it computes no more; none: it does.
  std::optional<Failure> failure() const {
    std::lock_guard lock(mutex_);
    if (!reason_) return std::nullopt;
    return Failure{FailureKind::dead, *reason_, "", 0};
  }

  void throw_if_dead() const {
    if (const auto dead = failure()) throw FailureError(*dead);
  }

  // For tests, whose faults are made.
  void revive() {
    std::lock_guard lock(mutex_);
    reason_.reset();
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> reason_;
};

}  // namespace mlxengine
