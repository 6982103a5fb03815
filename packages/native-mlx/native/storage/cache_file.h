#pragma once

#include <mlx/dtype.h>

#include <map>
#include <string>
#include <vector>

#include "executor/state_group.h"
#include "graph/graph.h"
#include "storage/atomic_file.h"

namespace mlxengine {

// What a file of cached states says beside them.
struct CacheFileNotes {
  std::vector<uint32_t> tokens;                 // that the states are of; none in a file of mlx-lm's
  std::string fingerprint;                      // of the model that they are of, where it is known
  std::string key;                              // under which they were kept
  std::map<std::string, std::string> metadata;  // the caller's
};

struct CacheFile {
  StateGroup state;  // a group of one
  CacheFileNotes notes;
};

// Writes the states of a sequence as mlx-lm's save_prompt_cache does; returns the bytes.
uint64_t save_cache(ByteSink& sink, const Graph& graph, StateGroup& state, const CacheFileNotes& notes);
// The same to a file, which is replaced as a whole.
uint64_t save_cache_file(const std::string& path, const Graph& graph, StateGroup& state, const CacheFileNotes& notes);

// Reads such a file, or one of mlx-lm's, and checks everything in it against the graph's states; `dtype` is that of
// activations. `tokens` are what the states are of, as many or more: they have to be given where the file does not say,
// and to be the same where it does. Throws a FailureError of the kind cache_file where anything does not fit.
CacheFile load_cache_file(const std::string& path,
                          const Graph& graph,
                          const CacheFormat& format,
                          mlx::core::Dtype dtype,
                          const std::vector<uint32_t>& tokens);

// Only what it says of itself.
CacheFileNotes read_cache_notes(const std::string& path);

}  // namespace mlxengine
