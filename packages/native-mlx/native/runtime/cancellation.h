#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "runtime/failure.h"

namespace mlxengine {

// Says that a request is no longer wanted. Set by any thread, looked at between chunks and steps.
class Cancellation {
 public:
  // `on_cancel` is called by whoever cancels: to wake those who would not look soon.
  explicit Cancellation(std::function<void()> on_cancel = nullptr) : on_cancel_(std::move(on_cancel)) {}

  void cancel() {
    cancelled_.store(true, std::memory_order_release);
    if (on_cancel_) on_cancel_();
  }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  void throw_if_cancelled() const {
    if (cancelled()) throw FailureError(FailureKind::aborted, "[request] cancelled");
  }

 private:
  std::atomic<bool> cancelled_{false};
  const std::function<void()> on_cancel_;
};

using CancellationPtr = std::shared_ptr<Cancellation>;

}  // namespace mlxengine
