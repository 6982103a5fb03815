#pragma once

#include <mlx/device.h>

#include <algorithm>
#include <chrono>

namespace mlxengine {

// How many tokens of a prompt go into one step: as many as are worth it and take no longer than a request may keep the
// others, or an abort, waiting.
class PrefillPlanner {
 public:
  explicit PrefillPlanner(const mlx::core::Device& device);

  // Tokens of the next chunk.
  int chunk(bool others_decode) const;
  // A chunk's length where it has to be the same every time.
  int steady_chunk() const { return is_cpu_ ? least_on_cpu : most; }

  // Learns from a chunk that was computed.
  void learn(int tokens, std::chrono::steady_clock::duration taken);

  // Memory is short: chunks are a quarter as long, and get longer again bit by bit.
  void shrink() {
    most_now_ = std::max(least(), most_now_ / 4);
    chunks_since_shrunk_ = 0;
  }

 private:
  static constexpr int most = 2048;
  // Fewer rows than these cost a GPU as much as these do.
  static constexpr int least_on_gpu = 128;
  // On the CPU rows gain little from company.
  static constexpr int least_on_cpu = 16;

  int least() const { return is_cpu_ ? 1 : least_on_gpu; }

  bool is_cpu_;
  int most_now_ = most;
  int chunks_since_shrunk_ = 0;
  double milliseconds_a_token_ = 0;  // 0: not known yet
};

}  // namespace mlxengine
