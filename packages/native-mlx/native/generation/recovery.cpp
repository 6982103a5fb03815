#include "generation/recovery.h"

#include <mlx/memory.h>
#include <mlx/ops.h>

#include <stdexcept>

namespace mx = mlx::core;

namespace mlxengine {

Failure Recovery::examine(const Failure& failure) {
  if (!is_of_device(failure)) return failure;
  // What failed may have been short of just this memory.
  mx::clear_cache();
  if (computes() || computes()) return failure;
  health_->mark_dead(failure.text);
  return *health_->failure();
}

void Recovery::twice(const std::function<void()>& work) {
  try {
    return work();
  } catch (...) {
    const Failure failure = examine(current_failure());
    if (!is_of_device(failure)) throw FailureError(failure);
  }
  try {
    work();
  } catch (...) {
    throw FailureError(examine(current_failure()));
  }
}

void Recovery::fail_next(int steps, int looks) {
  health_->revive();
  failing_steps_ = steps;
  failing_looks_ = looks;
}

void Recovery::throw_if_asked() {
  if (failing_steps_ == 0) return;
  failing_steps_--;
  throw std::runtime_error("[recovery] step, expected to fail for a test, failed");
}

bool Recovery::computes() {
  if (failing_looks_ > 0) {
    failing_looks_--;
    return false;
  }
  try {
    return mx::sum(mx::ones({8}, mx::float32, device_), device_).item<float>() == 8.0F;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace mlxengine
