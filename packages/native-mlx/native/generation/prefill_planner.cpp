#include "generation/prefill_planner.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr double most_milliseconds = 200;
constexpr double most_milliseconds_beside_others = 50;

}  // namespace

PrefillPlanner::PrefillPlanner(const mx::Device& device) : is_cpu_(device == mx::Device::cpu) {}

int PrefillPlanner::chunk(bool others_decode) const {
  const double allowed = others_decode ? most_milliseconds_beside_others : most_milliseconds;
  if (milliseconds_a_token_ == 0) return std::min(most_now_, is_cpu_ ? least_on_cpu : (others_decode ? 512 : most));
  const double fitting = std::min<double>(allowed / milliseconds_a_token_, most_now_);
  const int count = std::max(static_cast<int>(fitting), least());
  // Whole blocks of rows, as matrix products like them.
  constexpr int block = 64;
  return count < block ? count : count / block * block;
}

void PrefillPlanner::learn(int tokens, std::chrono::steady_clock::duration taken) {
  constexpr int chunks_a_size = 8;
  if (++chunks_since_shrunk_ % chunks_a_size == 0) most_now_ = std::min(most, 2 * most_now_);
  // A short chunk's time is that of its step, not of its tokens.
  if (tokens < least()) return;
  const double measured = std::chrono::duration<double, std::milli>(taken).count() / tokens;
  constexpr double weight = 0.5;
  milliseconds_a_token_ =
      milliseconds_a_token_ == 0 ? measured : (1 - weight) * milliseconds_a_token_ + weight * measured;
}

}  // namespace mlxengine
