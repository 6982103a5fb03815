#pragma once

#include <mlx/dtype.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executor/cache_format.h"
#include "executor/state_group.h"
#include "generation/prefix_store.h"
#include "storage/cache_file.h"
#include "storage/prefix_folder.h"

namespace mlxengine {

// For the store: the memory of a state that was submitted.
std::vector<HeldBuffer> buffers_of(const StateGroup& state);

// How much of earlier sequences is kept, and where.
struct PrefixCacheOptions {
  size_t bytes = 0;
  std::string folder;  // empty: none
  uint64_t folder_bytes = 0;
  std::string fingerprint;  // of the model, for the folder
  CacheFormat format;       // of the states
};

using PrefixMatch = PrefixStore<StateGroup>::Match;

// The prefixes that a model has kept. Belongs to the owner thread.
class PrefixCache {
 public:
  // Before anything else; the graph outlives it.
  void open(const Graph& graph, const PrefixCacheOptions& options, mlx::core::Dtype dtype);

  // The longest usable prefix, cut to leave at least one token of the prompt to compute.
  PrefixMatch take(const std::vector<uint32_t>& prompt, const PrefixKey& key);

  // Keeps a state; what is beyond the tokens that are known is cut off, and where it cannot be, nothing is kept.
  void keep(const PrefixKey& key, std::vector<uint32_t> tokens, StateGroup state);

  // Positions after `start` at which a chunk of the prompt has to end, so that its state can be kept there, ascending:
  // none for a graph whose states can go back anywhere.
  std::vector<int> wanted_snapshots(const std::vector<uint32_t>& prompt,
                                    const std::vector<int>& borders,
                                    int start) const;

  // Writes the longest part of the sequence that is kept to a file; none where nothing is.
  struct Saved {
    int tokens = 0;
    uint64_t bytes = 0;
  };
  Saved save(const std::string& path,
             const PrefixKey& key,
             const std::vector<uint32_t>& tokens,
             const std::map<std::string, std::string>& metadata);

  // Keeps what a file holds; `tokens` are those it is of, which it may tell itself. Throws where it does not fit.
  CacheFileNotes load(const std::string& path, const PrefixKey& key, const std::vector<uint32_t>& tokens);

  void set_budget(size_t bytes);
  size_t bytes() const { return store_ ? store_->bytes() : 0; }

  // Drops all states; what the folder has stays known.
  void clear();
  // Puts what there is into the folder, where there is one.
  void flush();
  void close();

 private:
  bool is_exact_ = false;     // recurrent states go back only to where they were kept
  bool has_windows_ = false;  // rings go back only while the window before is there
  std::optional<PrefixStore<StateGroup>> store_;
  std::unique_ptr<PrefixFolder> folder_;
  const Graph* graph_ = nullptr;
  mlx::core::Dtype dtype_ = mlx::core::float32;
  CacheFormat format_;
};

}  // namespace mlxengine
