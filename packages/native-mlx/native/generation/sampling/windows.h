#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// The last tokens of each row.
struct Windows {
  mlx::core::array tokens;  // [rows, width] uint32; a shorter row is filled up in front with its last token
  std::vector<int> counts;  // how many of a row's are not filling

  // 1 for a row's own tokens and 0 for filling, [rows, width] float32.
  mlx::core::array weights() const;
};

// Reads windows out of histories, parts of which are in arrays that nobody has read yet.
class WindowReader {
 public:
  explicit WindowReader(const SamplerRows& rows) : rows_(rows) {}

  // Of the width that each row's request says; a row whose request remembers nothing has token 0.
  const Windows& read(int SamplingParameters::* context);

 private:
  Windows make(const std::vector<int>& widths) const;

  const SamplerRows& rows_;
  // The contexts are mostly all the same.
  std::vector<int> widths_;
  std::optional<Windows> windows_;
};

}  // namespace mlxengine
