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

// Of x [B, heads, n, D] from a position on, or from one of its own each: [1] or [B].
mx::array rotated_from(const mx::array& x,
                       const RopeOperation& operation,
                       const mx::array& periods,
                       const mx::array& position) {
  // As mlx-lm calls it: a frequency that went through a table differs in its last bit, which far positions show.
  if (operation.plain) {
    const auto [base, scale] = *operation.plain;
    return mx::fast::rope(x, operation.rotary_dimensions, operation.traditional, base, scale, position, std::nullopt);
  }
  return mx::fast::rope(x, operation.rotary_dimensions, operation.traditional, std::nullopt, 1.0F, position, periods);
}

// Cosine and sine of each token's angles, [n, 1, pairs]: from double angles within one turn, so that nothing of a far
// position is lost.
std::pair<mx::array, mx::array> turns_at(const RopeOperation& operation, const std::vector<int>& positions) {
  std::vector<float> cosines;
  std::vector<float> sines;
  for (const int at : positions) {
    for (const double frequency : frequencies_at(*operation.dynamic, operation.rotary_dimensions, at)) {
      cosines.push_back(static_cast<float>(std::cos(at * frequency)));
      sines.push_back(static_cast<float>(std::sin(at * frequency)));
    }
  }
  const mx::Shape shape{static_cast<int>(positions.size()), 1, operation.rotary_dimensions / 2};
  return {mx::array(cosines.begin(), shape), mx::array(sines.begin(), shape)};
}

// Tokens that each have frequencies of their own, [n, heads, D].
mx::array rotated_dynamically(const mx::array& x, const RopeOperation& operation, const std::vector<int>& positions) {
  const int rotary = operation.rotary_dimensions;
  const int pairs = rotary / 2;
  const auto [cosines, sines] = turns_at(operation, positions);
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

// Whether each slot's tokens leave the length up to which a dynamic rope's frequencies are the same for all.
std::vector<bool> growth(const RopeOperation& operation, const GroupRows& rows) {
  std::vector<bool> grows;
  for (const SlotRows& slot : slots_of(rows))
    grows.push_back(operation.dynamic && slot.position() + slot.count > operation.dynamic->maximum);
  return grows;
}

// [rows, 1, 1] of what is known of each slot.
mx::array for_rows(const std::vector<bool>& slots, int count) {
  std::vector<bool> rows;
  for (const bool slot : slots) rows.insert(rows.end(), static_cast<size_t>(count), slot);
  return mx::array(rows.begin(), {static_cast<int>(rows.size()), 1, 1}, mx::bool_);
}

// A group's rows [rows, heads, D].
mx::array rotated(const mx::array& x,
                  const RopeOperation& operation,
                  const mx::array& periods,
                  const GroupRows& rows,
                  const mx::array& offsets) {
  // Each row is a sequence of one token of its own, but where one sequence has them all.
  if (rows.count == 1 || rows.slots() > 1)
    return mx::squeeze(rotated_from(mx::expand_dims(x, 2), operation, periods, offsets), 2);
  return to_rows_first(rotated_from(to_heads_first(x), operation, periods, offsets));
}

mx::array rotated_group(const mx::array& x,
                        const RopeOperation& operation,
                        const mx::array& periods,
                        const GroupRows& rows,
                        const mx::array& offsets) {
  const auto grows = growth(operation, rows);
  const auto growing = std::count(grows.begin(), grows.end(), true);
  if (growing == 0) return rotated(x, operation, periods, rows, offsets);
  const auto dynamic = rotated_dynamically(x, operation, positions(rows));
  if (growing == rows.slots()) return dynamic;
  return mx::where(for_rows(grows, rows.count), dynamic, rotated(x, operation, periods, rows, offsets));
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

RopeOffsets rope_offsets(const Step& step) {
  RopeOffsets offsets;
  for (const GroupRows& rows : step.groups) {
    auto all = positions(rows);
    // One sequence's tokens follow each other.
    if (rows.slots() == 1) all.resize(1);
    offsets.push_back(mx::array(all.begin(), {static_cast<int>(all.size())}, mx::int32));
  }
  return offsets;
}

mx::array rope(const mx::array& x,
               const RopeOperation& operation,
               const mx::array& periods,
               const Step& step,
               const RopeOffsets& offsets) {
  const auto input = amplified(x, operation);
  std::vector<mx::array> parts;
  for (size_t i = 0; i < step.groups.size(); i++) {
    const GroupRows& rows = step.groups[i];
    parts.push_back(rotated_group(rows_of(input, rows), operation, periods, rows, offsets[i]));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
