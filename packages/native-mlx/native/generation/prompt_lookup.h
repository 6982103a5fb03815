#pragma once

#include "generation/drafter.h"

namespace mlxengine {

// Guesses what followed the last time that the sequence had the same tokens: answers repeat prompts, and themselves.
class PromptLookup : public Drafter {
 public:
  // `ngram`: so many tokens have to be the same, or fewer where so many are nowhere.
  explicit PromptLookup(int ngram) : ngram_(ngram) {}

  std::vector<uint32_t> draft(const std::vector<uint32_t>& tokens, int most, const RequestSampler& sampler) override;

 private:
  int ngram_;
};

}  // namespace mlxengine
