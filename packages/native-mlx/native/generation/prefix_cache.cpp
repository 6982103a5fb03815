#include "generation/prefix_cache.h"

#include <algorithm>

namespace mlxengine {

CachedSequence PrefixCache::take(const std::vector<uint32_t>& prompt, const Graph& graph, const std::string& key) {
  if (last_ && last_->key != key) last_.reset();
  if (!last_) return {{}, StateGroup(graph), key};
  const size_t comparable = std::min(last_->tokens.size(), prompt.size() - 1);
  const auto end =
      std::mismatch(prompt.begin(), prompt.begin() + static_cast<std::ptrdiff_t>(comparable), last_->tokens.begin())
          .first;
  const auto common = static_cast<size_t>(end - prompt.begin());
  const bool goes_on = common == last_->tokens.size();
  if (common == 0 || (!goes_on && last_->state.restorable(0, static_cast<int>(common)) < static_cast<int>(common))) {
    // Its memory is given back before the new sequence needs its own.
    last_.reset();
    return {{}, StateGroup(graph), key};
  }
  CachedSequence sequence = std::move(*last_);
  last_.reset();
  sequence.tokens.resize(common);
  sequence.state.trim(0, static_cast<int>(common));
  return sequence;
}

void PrefixCache::keep(CachedSequence sequence) {
  const size_t known = std::min(sequence.tokens.size(), static_cast<size_t>(sequence.state.length(0)));
  last_.reset();
  if (sequence.state.restorable(0, static_cast<int>(known)) < static_cast<int>(known)) return;
  sequence.tokens.resize(known);
  sequence.state.trim(0, static_cast<int>(known));
  last_ = std::move(sequence);
}

}  // namespace mlxengine
