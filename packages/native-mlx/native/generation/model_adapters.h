#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executor/executor.h"

namespace mlxengine {

// The adapters that are loaded beside a model, by id, and the one that is fused into its weights.
class ModelAdapters {
 public:
  void load(Executor& executor, const AdapterPlan& plan, const Cancellation& cancellation);
  // Requests that use it keep it until they end.
  void unload(Executor& executor, int id);

  // The adapter that a request names; null for none.
  AdapterPtr find(const std::optional<int>& id) const;

  // No step is on its way. The weights as they were are kept.
  void fuse(Executor& executor, int id, bool dequantize);
  void unfuse(Executor& executor);

  // What states have to have in common, besides tokens, to stand for one another: see PrefixKey.
  std::string key(const std::optional<int>& id) const;

  void clear();

 private:
  struct Replaced {
    WeightId id;
    LoadedWeight weight;
  };

  std::map<int, AdapterPtr> adapters_;
  std::vector<Replaced> replaced_;
  bool fused_ = false;
  int fusions_ = 0;  // so far; states of one are of no use to another
};

}  // namespace mlxengine
