#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "generation/sampling/log_probabilities.h"
#include "runtime/events.h"

namespace mlxengine {

// Collects tokens so that JavaScript is called once for many: the first at once, then every 16 ms or 64 tokens.
class TokenBatcher {
 public:
  TokenBatcher(const std::function<void(Event)>& emit, bool immediate) : emit_(emit), immediate_(immediate) {}

  void push(uint32_t token, const std::optional<TokenLogProbabilities>& told = std::nullopt) {
    waiting_.tokens.push_back(token);
    if (told) add(*told);
    const auto now = Clock::now();
    if (immediate_ || first_ || waiting_.tokens.size() >= max_waiting || now - flushed_ >= max_wait) flush(now);
  }

  void flush() { flush(Clock::now()); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t max_waiting = 64;
  static constexpr std::chrono::milliseconds max_wait{16};

  void add(const TokenLogProbabilities& told) {
    waiting_.log_probabilities.push_back(told.own);
    waiting_.top_tokens.insert(waiting_.top_tokens.end(), told.top_tokens.begin(), told.top_tokens.end());
    waiting_.top_log_probabilities.insert(waiting_.top_log_probabilities.end(), told.top.begin(), told.top.end());
  }

  void flush(Clock::time_point now) {
    first_ = false;
    flushed_ = now;
    if (waiting_.tokens.empty()) return;
    emit_(std::exchange(waiting_, {}));
  }

  const std::function<void(Event)>& emit_;
  const bool immediate_;
  bool first_ = true;
  Clock::time_point flushed_{};
  TokensEvent waiting_;
};

}  // namespace mlxengine
