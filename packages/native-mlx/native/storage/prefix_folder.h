#pragma once

#include <mlx/dtype.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "executor/cache_format.h"
#include "executor/state_group.h"
#include "generation/prefix_store.h"
#include "graph/graph.h"

namespace mlxengine {

// Prefixes in a folder, which outlive the process. Files are written by a thread of their own, replaced as a whole and
// summed; one that does not read back as it was written is removed and was never there. Everything else of the folder
// belongs to the owner thread. Nothing here fails a request.
class PrefixFolder : public PrefixTier<StateGroup> {
 public:
  struct Options {
    std::string folder;
    uint64_t bytes;           // at most, of the files of all models; the least recently used go first
    std::string fingerprint;  // of the model: others' files are left alone
    CacheFormat format;       // of the states, too
  };

  // The graph outlives it.
  PrefixFolder(const Graph& graph, mlx::core::Dtype dtype, Options options);
  // Returns once everything is written.
  ~PrefixFolder() override;

  // What is there of this model, the least recently used first.
  std::vector<std::pair<PrefixKey, std::vector<uint32_t>>> scan() const;

  bool store(const PrefixKey& key, const std::vector<uint32_t>& tokens, const StateGroup& state) override;
  std::optional<StateGroup> load(const PrefixKey& key, const std::vector<uint32_t>& tokens) override;

 private:
  struct Job {
    std::string path;
    std::vector<uint8_t> image;
  };

  std::string path_of(const PrefixKey& key, const std::vector<uint32_t>& tokens) const;
  void wait_until_written();
  void work();
  void write(const Job& job) const;
  // Removes files until there is room for so many bytes more.
  void make_room(uint64_t needed) const;

  const Graph& graph_;
  mlx::core::Dtype dtype_;
  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool writing_ = false;
  bool closing_ = false;
  std::thread writer_;
};

}  // namespace mlxengine
