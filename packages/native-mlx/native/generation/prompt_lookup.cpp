#include "generation/prompt_lookup.h"

#include <algorithm>
#include <iterator>

namespace mlxengine {

std::vector<uint32_t> PromptLookup::draft(const std::vector<uint32_t>& tokens, int most, const RequestSampler&) {
  const auto total = static_cast<int>(tokens.size());
  for (int length = std::min(ngram_, total - 1); length > 0; length--) {
    const auto pattern = tokens.end() - length;
    // The last place but the end itself; what overlaps with the end repeats a short period.
    const auto last = std::find_end(tokens.begin(), tokens.end() - 1, pattern, tokens.end());
    if (last == tokens.end() - 1) continue;
    const auto next = last + length;
    const auto count = std::min<std::ptrdiff_t>(most, tokens.end() - next);
    return {next, next + count};
  }
  return {};
}

}  // namespace mlxengine
