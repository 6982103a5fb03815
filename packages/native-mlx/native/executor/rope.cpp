#include "executor/rope.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <algorithm>
#include <cmath>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// The frequencies of a dynamic rope at one position.
std::vector<double> frequencies_at(const DynamicRope& dynamic, int rotary_dimensions, int position) {
  const double half = rotary_dimensions / 2.0;
  const double length = std::max(position + 1.0, dynamic.maximum);
  const double stretch = dynamic.factor * length / dynamic.maximum - (dynamic.factor - 1.0);
  const double base = dynamic.base * std::pow(stretch, 2.0 * half / (2.0 * half - 2.0));
  std::vector<double> frequencies;
  for (int i = 0; i < rotary_dimensions / 2; i++) frequencies.push_back(std::pow(base, -i / half));
  return frequencies;
}

mx::array rotated_at(const mx::array& x, const RopeOperation& operation, const mx::array& periods, int position) {
  // As mlx-lm calls it: a frequency that went through a table differs in its last bit, which far positions show.
  if (operation.plain) {
    const auto [base, scale] = *operation.plain;
    return mx::fast::rope(x, operation.rotary_dimensions, operation.traditional, base, scale, position, std::nullopt);
  }
  return mx::fast::rope(x, operation.rotary_dimensions, operation.traditional, std::nullopt, 1.0F, position, periods);
}

// Cosine and sine of each token's angles, [n, 1, pairs]: from double angles within one turn, so that nothing of a far
// position is lost.
std::pair<mx::array, mx::array> turns_from(const RopeOperation& operation, int position, int count) {
  std::vector<float> cosines;
  std::vector<float> sines;
  for (int at = position; at < position + count; at++) {
    for (const double frequency : frequencies_at(*operation.dynamic, operation.rotary_dimensions, at)) {
      cosines.push_back(static_cast<float>(std::cos(at * frequency)));
      sines.push_back(static_cast<float>(std::sin(at * frequency)));
    }
  }
  const mx::Shape shape{count, 1, operation.rotary_dimensions / 2};
  return {mx::array(cosines.begin(), shape), mx::array(sines.begin(), shape)};
}

// Tokens that each have frequencies of their own, [n, heads, D].
mx::array rotated_dynamically(const mx::array& x, const RopeOperation& operation, int position) {
  const int rotary = operation.rotary_dimensions;
  const int pairs = rotary / 2;
  const auto [cosines, sines] = turns_from(operation, position, x.shape(0));
  const auto turning = mx::astype(slice_of(x, 2, 0, rotary), mx::float32);
  // Neighbours as pairs: [n, heads, pairs, 2]; halves: [n, heads, 2, pairs].
  const int axis = operation.traditional ? 3 : 2;
  const mx::Shape split =
      operation.traditional ? mx::Shape{x.shape(0), x.shape(1), pairs, 2} : mx::Shape{x.shape(0), x.shape(1), 2, pairs};
  const auto paired = mx::reshape(turning, split);
  const auto first = mx::squeeze(slice_of(paired, axis, 0, 1), axis);
  const auto second = mx::squeeze(slice_of(paired, axis, 1, 2), axis);
  const auto turned = mx::stack({mx::subtract(mx::multiply(first, cosines), mx::multiply(second, sines)),
                                 mx::add(mx::multiply(first, sines), mx::multiply(second, cosines))},
                                axis);
  const auto rotated = mx::astype(mx::reshape(turned, turning.shape()), x.dtype());
  if (rotary == x.shape(2)) return rotated;
  return mx::concatenate({rotated, slice_of(x, 2, rotary, x.shape(2))}, 2);
}

bool grows(const RopeOperation& operation, const SlotRows& rows) {
  return operation.dynamic && rows.position() + rows.count > operation.dynamic->maximum;
}

// yarn and longrope stretch what is rotated, and only that.
mx::array amplified(const mx::array& x, const RopeOperation& operation) {
  if (operation.amplitude == 1.0F) return x;
  const auto factor = mx::array(operation.amplitude, x.dtype());
  if (operation.rotary_dimensions == x.shape(-1)) return mx::multiply(x, factor);
  const auto parts = mx::split(x, mx::Shape{operation.rotary_dimensions}, -1);
  return mx::concatenate({mx::multiply(parts[0], factor), parts[1]}, -1);
}

}  // namespace

mx::array rope_periods(const RopeOperation& operation) {
  const auto frequencies = operation.dynamic ? frequencies_at(*operation.dynamic, operation.rotary_dimensions, 0)
                                             : operation.inverse_frequencies;
  std::vector<float> periods;
  periods.reserve(frequencies.size());
  // A pair that does not turn has frequency 0 and an infinite period, which MLX inverts to 0 again.
  for (const double frequency : frequencies) periods.push_back(static_cast<float>(1.0 / frequency));
  return mx::array(periods.begin(), {static_cast<int>(periods.size())});
}

mx::array rope(const mx::array& x, const RopeOperation& operation, const mx::array& periods, const Step& step) {
  const auto input = amplified(x, operation);
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    const auto own = rows_of(input, rows);
    const int position = rows.position();
    if (grows(operation, rows)) {
      parts.push_back(rotated_dynamically(own, operation, position));
    } else {
      parts.push_back(to_rows_first(rotated_at(to_heads_first(own), operation, periods, position)));
    }
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
