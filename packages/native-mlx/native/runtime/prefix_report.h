#pragma once

#include <cstdint>

namespace mlxengine {

// Why no more of a prompt came from the cache.
enum class PrefixEnd {
  complete,         // all but the last token, which is always computed
  cache_end,        // the prompt goes on where what was kept ends
  different_token,  // what was kept goes on with another token
  no_snapshot,      // more was known, but a recurrent state goes back only to where it was kept
  window,           // more was known, but a ring no longer holds what lies before
  evicted,          // more was kept once
  empty,            // nothing is kept under this key
  off,              // the request did not want any
};

// How much of a prompt was found.
struct PrefixReport {
  int cached = 0;   // tokens whose states are reused
  int matched = 0;  // tokens that the prompt shares with anything that is or was kept
  PrefixEnd end = PrefixEnd::empty;
  uint32_t expected = 0;  // for different_token: what was kept at `matched`,
  uint32_t found = 0;     // and what the prompt has there
};

}  // namespace mlxengine
