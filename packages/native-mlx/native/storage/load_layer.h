#pragma once

#include <mlx/dtype.h>

#include <optional>

#include "executor/state_group.h"
#include "storage/cache_layers.h"
#include "storage/cache_tree.h"

namespace mlxengine {

// Reads the states of layer after layer into a sequence that has none, checked against the graph.
class LayerLoader {
 public:
  LayerLoader(const CacheTree& tree, const Graph& graph, mlx::core::Dtype dtype)
      : tree_(tree), graph_(graph), dtype_(dtype) {}

  void load(size_t index, const CacheLayer& layer, StateGroup& state);

  // Makes the sequence as long as it is.
  void finish(StateGroup& state, int length) const;

  // Positions of all layers; where none tells (recurrences alone do not), `known` is taken.
  int length(int known) const;

 private:
  // What attention keeps, in the order of positions: the rows of the first `keep` ones and of the last.
  struct Rows {
    mlx::core::array keys;
    mlx::core::array values;
    int length;    // positions so far
    int keep = 0;  // of the rows, the first so many are of the first positions; the others of the last
  };

  void load_attention(const std::string& path, const std::string& kind, const CacheLayer& layer, StateGroup& state);
  void load_recurrent(const std::string& path, const CacheLayer& layer, StateGroup& state);
  void load_list(const std::string& path, const CacheLayer& layer, StateGroup& state);

  Rows read_rows(const std::string& path, const std::string& kind) const;
  Rows plain_rows(const std::string& path) const;
  Rows rotating_rows(const std::string& path) const;
  Rows quantized_rows(const std::string& path) const;
  Rows chunked_rows(const std::string& path) const;
  mlx::core::array dequantized(const std::string& path, int offset, int group_size, int bits) const;

  void put_kv(const std::string& path, StateId id, const Rows& rows, StateGroup& state);
  void put_latent(const std::string& path, StateId id, const Rows& rows, StateGroup& state);
  void put_recurrent(const std::string& path, StateId id, const mlx::core::Shape& expected, StateGroup& state);
  void restore(const std::string& path, PositionStore& store, std::vector<mlx::core::array> planes, const Rows& rows);
  void check_rows(const std::string& path, const mlx::core::array& rows, int heads, int dimension) const;
  void agree_on(const std::string& path, int length);

  const CacheTree& tree_;
  const Graph& graph_;
  mlx::core::Dtype dtype_;
  std::optional<int> length_;
  int forgotten_ = 0;
};

}  // namespace mlxengine
