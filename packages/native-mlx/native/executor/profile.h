#pragma once

#include <mlx/array.h>

#include <chrono>
#include <optional>
#include <vector>

#include "graph/operations.h"
#include "runtime/profile_report.h"

namespace mlxengine {

// Takes the time of each operation of a request's steps by waiting for its result, which makes the whole slower:
// nothing overlaps any more.
class Profile {
 public:
  enum class Phase { prefill, decode };

  Profile();

  // A step of so many tokens begins.
  void begin(Phase phase, int tokens);
  // An operation was built; its result is waited for.
  void operation(const Operation& operation, const std::optional<mlx::core::array>& made);
  // The same for what is no operation of the graph's.
  void states(std::vector<mlx::core::array> arrays) { record(states_kind, std::move(arrays)); }
  void sampled(std::vector<mlx::core::array> arrays) { record(sample_kind, std::move(arrays)); }

  ProfileReport report() const;

 private:
  using Clock = std::chrono::steady_clock;

  static constexpr size_t states_kind = std::variant_size_v<Operation>;
  static constexpr size_t sample_kind = states_kind + 1;

  void record(size_t kind, std::vector<mlx::core::array> arrays);
  double since_start(Clock::time_point time) const;

  Clock::time_point start_ = Clock::now();
  Clock::time_point mark_ = start_;  // the end of what was recorded last
  Phase phase_ = Phase::prefill;
  std::vector<ProfiledStep> steps_;
  std::vector<ProfiledKind> kinds_;  // of the prefill, then of the decode
  ProfiledOperations operations_;
};

}  // namespace mlxengine
