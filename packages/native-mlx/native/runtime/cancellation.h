#pragma once

#include <atomic>
#include <memory>

#include "runtime/failure.h"

namespace mlxengine {

// Says that a request is no longer wanted. Set by any thread, looked at between chunks and steps.
class Cancellation {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_release); }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  void throw_if_cancelled() const {
    if (cancelled()) throw FailureError(FailureKind::aborted, "[request] cancelled");
  }

 private:
  std::atomic<bool> cancelled_{false};
};

using CancellationPtr = std::shared_ptr<Cancellation>;

}  // namespace mlxengine
