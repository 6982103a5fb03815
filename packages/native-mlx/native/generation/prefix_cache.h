#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "executor/state_group.h"

namespace mlxengine {

// A sequence's tokens and what the model made of them: `state` holds the first positions of `tokens`.
struct CachedSequence {
  std::vector<uint32_t> tokens;
  StateGroup state;
  std::string key;  // of what it was computed with
};

// Keeps the last sequence and gives the part of it that a new prompt begins with. A state that cannot go back to an
// earlier position is of use only where the prompt begins with the whole sequence.
class PrefixCache {
 public:
  // The longest usable prefix, cut to leave at least one token of the prompt to compute; empty where nothing matches.
  CachedSequence take(const std::vector<uint32_t>& prompt, const Graph& graph, const std::string& key);

  // Keeps a sequence for the next request. Positions whose token was never read are cut off, and where they cannot be,
  // it is dropped.
  void keep(CachedSequence sequence);

  void clear() { last_.reset(); }

 private:
  std::optional<CachedSequence> last_;
};

}  // namespace mlxengine
