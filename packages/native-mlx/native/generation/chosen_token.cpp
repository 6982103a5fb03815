#include "generation/chosen_token.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

uint32_t StepChoices::token(int row) {
  sampled_.tokens.eval();
  return sampled_.tokens.data<uint32_t>()[row];
}

std::optional<TokenLogProbabilities> StepChoices::log_probabilities(int row) {
  if (!told_) told_ = sampled_.log_probabilities.read();
  return (*told_)[static_cast<size_t>(row)];
}

namespace {

bool is_whole_step(const std::vector<std::optional<ChosenToken>>& tokens) {
  const auto& first = tokens.front();
  if (!first || first->step->tokens().size() != tokens.size()) return false;
  for (size_t i = 0; i < tokens.size(); i++) {
    if (!tokens[i] || tokens[i]->step != first->step || tokens[i]->row != static_cast<int>(i)) return false;
  }
  return true;
}

mx::array element(const std::optional<ChosenToken>& token) {
  if (!token) return mx::array({0}, mx::uint32);
  const mx::array& tokens = token->step->tokens();
  return tokens.size() == 1 ? tokens : mx::slice(tokens, {token->row}, {token->row + 1});
}

}  // namespace

mx::array joined(const std::vector<std::optional<ChosenToken>>& tokens) {
  if (is_whole_step(tokens)) return tokens.front()->step->tokens();
  std::vector<mx::array> parts;
  parts.reserve(tokens.size());
  for (const auto& token : tokens) parts.push_back(element(token));
  return parts.size() == 1 ? parts.front() : mx::concatenate(std::move(parts));
}

}  // namespace mlxengine
