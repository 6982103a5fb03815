#include "generation/sampling/windows.h"

#include <mlx/ops.h>

#include <algorithm>
#include <unordered_map>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Tokens of the host and of arrays, one after another, for indices to point into.
class TokenPool {
 public:
  int add(const HistoryToken& token) {
    if (!token.tokens) {
      host_.push_back(token.value);
      return static_cast<int>(host_.size()) - 1;
    }
    const auto [found, added] = starts_.try_emplace(token.tokens->id(), array_tokens_);
    if (added) {
      arrays_.push_back(*token.tokens);
      array_tokens_ += token.tokens->shape(0);
    }
    // Arrays come after the tokens of the host, of which nobody knows yet how many there will be.
    return -1 - (found->second + static_cast<int>(token.value));
  }

  mx::array take(std::vector<int> indices, mx::Shape shape) const {
    const int host_tokens = static_cast<int>(host_.size());
    std::vector<mx::array> parts;
    if (host_tokens > 0) parts.emplace_back(host_.begin(), mx::Shape{host_tokens}, mx::uint32);
    parts.insert(parts.end(), arrays_.begin(), arrays_.end());
    for (int& index : indices) index = index < 0 ? host_tokens - 1 - index : index;
    const auto pool = parts.size() == 1 ? parts[0] : mx::concatenate(std::move(parts));
    return mx::take(pool, mx::array(indices.begin(), std::move(shape), mx::int32));
  }

 private:
  std::vector<uint32_t> host_;
  std::vector<mx::array> arrays_;
  std::unordered_map<std::uintptr_t, int> starts_;
  int array_tokens_ = 0;
};

}  // namespace

mx::array Windows::weights() const {
  const int width = tokens.shape(1);
  std::vector<float> weights;
  weights.reserve(tokens.size());
  for (const int count : counts) {
    for (int i = 0; i < width; i++) weights.push_back(i < width - count ? 0.0F : 1.0F);
  }
  return mx::array(weights.begin(), tokens.shape(), mx::float32);
}

const Windows& WindowReader::read(int SamplingParameters::* context) {
  std::vector<int> widths;
  widths.reserve(rows_.size());
  for (const SamplerRow& row : rows_) widths.push_back(row.parameters().*context);
  if (!windows_ || widths != widths_) windows_ = make(widths);
  widths_ = std::move(widths);
  return *windows_;
}

Windows WindowReader::make(const std::vector<int>& widths) const {
  std::vector<std::vector<HistoryToken>> tokens;
  std::vector<int> counts;
  for (size_t row = 0; row < rows_.size(); row++) {
    tokens.push_back(rows_[row].sampler->last_tokens(widths[row], rows_[row].ahead));
    counts.push_back(static_cast<int>(tokens.back().size()));
    if (tokens.back().empty()) tokens.back().push_back({});
  }
  size_t width = 0;
  for (const auto& row : tokens) width = std::max(width, row.size());
  TokenPool pool;
  std::vector<int> indices;
  for (const auto& row : tokens) {
    std::vector<int> own;
    for (const HistoryToken& token : row) own.push_back(pool.add(token));
    indices.insert(indices.end(), width - own.size(), own.back());
    indices.insert(indices.end(), own.begin(), own.end());
  }
  auto windows = pool.take(std::move(indices), {static_cast<int>(rows_.size()), static_cast<int>(width)});
  return {std::move(windows), std::move(counts)};
}

}  // namespace mlxengine
