#include "generation/sampling/request_sampler.h"

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

int longest_context(const SamplingParameters& parameters) {
  int longest = 0;
  if (parameters.repetition_penalty != 1) longest = std::max(longest, parameters.repetition_context);
  if (parameters.presence_penalty != 0) longest = std::max(longest, parameters.presence_context);
  if (parameters.frequency_penalty != 0) longest = std::max(longest, parameters.frequency_context);
  return longest;
}

}  // namespace

RequestSampler::RequestSampler(const SamplingParameters& parameters,
                               std::optional<int> log_probabilities,
                               const std::vector<uint32_t>& tokens,
                               int chosen)
    : parameters_(parameters),
      log_probabilities_(log_probabilities),
      chosen_(chosen),
      context_(longest_context(parameters)) {
  const size_t count = std::min(tokens.size(), static_cast<size_t>(context_));
  for (auto token = tokens.end() - static_cast<std::ptrdiff_t>(count); token != tokens.end(); ++token)
    history_.push_back({*token, std::nullopt});
}

void RequestSampler::advance(const mx::array& tokens, int row) {
  remember({static_cast<uint32_t>(row), tokens});
}

void RequestSampler::advance(uint32_t token) {
  remember({token, std::nullopt});
}

void RequestSampler::settle(uint32_t token) {
  const auto unread = std::find_if(history_.begin(), history_.end(), [](const auto& known) { return known.tokens; });
  if (unread != history_.end()) *unread = {token, std::nullopt};
}

void RequestSampler::suppose(const std::vector<uint32_t>& drafted) {
  supposed_.clear();
  for (const uint32_t token : drafted) supposed_.push_back({token, std::nullopt});
}

void RequestSampler::suppose(const mx::array& drafted) {
  supposed_.clear();
  for (int row = 0; row < drafted.shape(0); row++) supposed_.push_back({static_cast<uint32_t>(row), drafted});
}

std::vector<HistoryToken> RequestSampler::last_tokens(int count, int ahead) const {
  const size_t drafted = std::min(static_cast<size_t>(ahead), supposed_.size());
  const size_t total = history_.size() + drafted;
  std::vector<HistoryToken> tokens;
  for (size_t i = total - std::min(total, static_cast<size_t>(count)); i < total; i++)
    tokens.push_back(i < history_.size() ? history_[i] : supposed_[i - history_.size()]);
  return tokens;
}

void RequestSampler::remember(HistoryToken token) {
  chosen_++;
  supposed_.clear();
  if (context_ == 0) return;
  history_.push_back(std::move(token));
  // Those that wait to be settled stay, so that `settle` finds them in order.
  const auto too_old = history_.begin() + std::max(0, static_cast<int>(history_.size()) - context_);
  const auto unread = std::find_if(history_.begin(), too_old, [](const auto& known) { return known.tokens; });
  history_.erase(history_.begin(), unread);
}

}  // namespace mlxengine
