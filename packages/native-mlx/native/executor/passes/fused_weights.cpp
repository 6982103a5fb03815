#include "executor/passes/fused_weights.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

bool are_alike(const LoadedWeight& one, const LoadedWeight& other) {
  const auto format = [](const LoadedWeight& weight) {
    const auto& quantization = weight.quantization;
    return quantization ? std::tuple(quantization->bits, quantization->group_size, quantization->mode)
                        : std::tuple(0, 0, std::string());
  };
  const bool is_plain =
      !one.global_factor && !other.global_factor && one.weight.ndim() == 2 && other.weight.ndim() == 2;
  return is_plain && format(one) == format(other) && one.weight.dtype() == other.weight.dtype() &&
         one.weight.shape(1) == other.weight.shape(1) && one.biases.has_value() == other.biases.has_value() &&
         one.bias.has_value() == other.bias.has_value();
}

using Part = std::optional<mx::array> LoadedWeight::*;

void make_view(mx::array& part, const mx::array& whole, int start) {
  part = slice_of(whole, 0, start, start + part.shape(0));
}

mx::array joined_rows(const std::vector<LoadedWeight*>& parts, mx::array LoadedWeight::* member) {
  std::vector<mx::array> arrays;
  for (const LoadedWeight* part : parts) arrays.push_back(part->*member);
  auto whole = mx::concatenate(std::move(arrays), 0);
  mx::eval(whole);
  int start = 0;
  for (LoadedWeight* part : parts) {
    const int rows = (part->*member).shape(0);
    make_view(part->*member, whole, start);
    start += rows;
  }
  return whole;
}

std::optional<mx::array> joined_rows(const std::vector<LoadedWeight*>& parts, Part member) {
  if (!(parts.front()->*member)) return std::nullopt;
  std::vector<mx::array> arrays;
  for (const LoadedWeight* part : parts) arrays.push_back(*(part->*member));
  auto whole = mx::concatenate(std::move(arrays), 0);
  mx::eval(whole);
  int start = 0;
  for (LoadedWeight* part : parts) {
    const int rows = (part->*member)->shape(0);
    make_view(*(part->*member), whole, start);
    start += rows;
  }
  return whole;
}

}  // namespace

std::optional<LoadedWeight> fused(LoadedWeights& weights, const std::vector<WeightId>& ids) {
  std::vector<LoadedWeight*> parts;
  for (const WeightId id : ids) {
    LoadedWeight& part = weights[static_cast<size_t>(id)];
    if (!parts.empty() && (!are_alike(*parts.front(), part) || parts.front() == &part)) return std::nullopt;
    parts.push_back(&part);
  }
  LoadedWeight whole{joined_rows(parts, &LoadedWeight::weight)};
  whole.scales = joined_rows(parts, &LoadedWeight::scales);
  whole.biases = joined_rows(parts, &LoadedWeight::biases);
  whole.bias = joined_rows(parts, &LoadedWeight::bias);
  whole.quantization = parts.front()->quantization;
  return whole;
}

}  // namespace mlxengine
