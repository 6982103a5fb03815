#pragma once

#include <cstddef>
#include <deque>

namespace mlxengine {

// Measures whether drafting pays for one request: the time a token of the last steps with drafts against that of the
// last steps without. The first steps go without, to have something to compare with.
class SpeculationGauge {
 public:
  bool wants_plain_step() const { return plain_.size() < least_plain; }

  void note(int drafted, int tokens, double milliseconds) {
    auto& steps = drafted > 0 ? drafting_ : plain_;
    steps.push_back({milliseconds, tokens});
    if (steps.size() > most_steps) steps.pop_front();
  }

  // Known after a window of steps with drafts.
  bool loses() const { return drafting_.size() == most_steps && per_token(drafting_) > per_token(plain_); }

 private:
  static constexpr size_t least_plain = 2;
  static constexpr size_t most_steps = 16;

  struct Measured {
    double milliseconds;
    int tokens;
  };

  static double per_token(const std::deque<Measured>& steps) {
    Measured sum{0, 0};
    for (const Measured& step : steps) sum = {sum.milliseconds + step.milliseconds, sum.tokens + step.tokens};
    return sum.tokens > 0 ? sum.milliseconds / sum.tokens : 0;
  }

  std::deque<Measured> plain_;
  std::deque<Measured> drafting_;
};

}  // namespace mlxengine
