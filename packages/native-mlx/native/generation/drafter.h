#pragma once

#include <cstdint>
#include <vector>

#include "generation/sampling/request_sampler.h"

namespace mlxengine {

// Guesses what comes next in one sequence.
class Drafter {
 public:
  virtual ~Drafter() = default;
  // Up to `most` tokens after these; the sampler is what chooses the real ones.
  virtual std::vector<uint32_t> draft(const std::vector<uint32_t>& tokens, int most, const RequestSampler& sampler) = 0;
};

}  // namespace mlxengine
