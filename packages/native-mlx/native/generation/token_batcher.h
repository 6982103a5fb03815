#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/events.h"

namespace mlxengine {

// Collects tokens so that JavaScript is called once for many: the first at once, then every 16 ms or 64 tokens.
class TokenBatcher {
 public:
  TokenBatcher(const std::function<void(Event)>& emit, bool immediate) : emit_(emit), immediate_(immediate) {}

  void push(uint32_t token) {
    waiting_.push_back(token);
    const auto now = Clock::now();
    if (immediate_ || first_ || waiting_.size() >= max_waiting || now - flushed_ >= max_wait) flush(now);
  }

  void flush() { flush(Clock::now()); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t max_waiting = 64;
  static constexpr std::chrono::milliseconds max_wait{16};

  void flush(Clock::time_point now) {
    first_ = false;
    flushed_ = now;
    if (waiting_.empty()) return;
    emit_(TokensEvent{std::move(waiting_)});
    waiting_.clear();
  }

  const std::function<void(Event)>& emit_;
  const bool immediate_;
  bool first_ = true;
  Clock::time_point flushed_{};
  std::vector<uint32_t> waiting_;
};

}  // namespace mlxengine
