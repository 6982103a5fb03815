#pragma once

#include <mlx/array.h>

namespace mlxengine {

// The likeliest tokens of each row, the largest first, smaller ids first among equals.
struct Likeliest {
  mlx::core::array scores;  // [rows, count] float32
  mlx::core::array tokens;  // [rows, count] uint32
};

// Of scores [rows, vocabulary]; `count` is a power of two and below the vocabulary's size. Exact, without sorting the
// vocabulary: the likeliest n are in the n blocks of it whose maxima are the largest.
Likeliest find_likeliest(const mlx::core::array& scores, int count);

}  // namespace mlxengine
