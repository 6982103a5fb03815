#pragma once

#include <chrono>

#include "runtime/events.h"

namespace mlxengine {

// The times and counts of a request as they come.
class Meter {
 public:
  // The work on the request begins, with so much of the prompt found in the cache.
  void start(int prompt_tokens, const PrefixReport& prefix) {
    statistics_.prompt_tokens = prompt_tokens;
    statistics_.cached_prompt_tokens = prefix.cached;
    statistics_.prefix = prefix;
    start_ = first_ = last_ = Clock::now();
  }

  // Whether it is the first.
  bool token() {
    last_ = Clock::now();
    if (++statistics_.completion_tokens > 1) return false;
    first_ = last_;
    return true;
  }

  Statistics statistics() const {
    Statistics statistics = statistics_;
    statistics.prefill_ms = milliseconds(first_ - start_);
    statistics.decode_ms = milliseconds(last_ - first_);
    return statistics;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double milliseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
  }

  Statistics statistics_;
  Clock::time_point start_{};
  Clock::time_point first_{};
  Clock::time_point last_{};
};

}  // namespace mlxengine
