#pragma once

#include <cstdint>
#include <vector>

namespace mlxengine {

struct SamplingParameters {
  float temperature = 0;
  float top_p = 1;
  float min_p = 0;
  int top_k = 0;
  uint32_t seed = 0;
};

struct GenerateRequest {
  std::vector<uint32_t> prompt;
  int max_tokens = 0;
  std::vector<uint32_t> stop_tokens;
  SamplingParameters sampling;
};

struct ScoreRequest {
  std::vector<std::vector<uint32_t>> sequences;
  int chunk_size = 0;  // tokens of a sequence in a step; 0: the device's own
  bool logits = false;
};

struct EmbedRequest {
  std::vector<std::vector<uint32_t>> sequences;
  std::vector<std::vector<uint32_t>> token_types;  // one list a sequence, or none at all: all are 0
  bool hidden = false;
};

}  // namespace mlxengine
