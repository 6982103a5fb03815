#include "storage/save_layer.h"

#include <mlx/ops.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// The rows of a plane at the indices of the positions.
mx::array rows_at(const mx::array& plane, const std::vector<int>& indices) {
  const auto first = mx::slice(plane, {0, 0, 0, 0}, {1, plane.shape(1), plane.shape(2), plane.shape(3)});
  return mx::take(first, mx::array(indices.begin(), {static_cast<int>(indices.size())}, mx::int32), 2);
}

class LayerSaver {
 public:
  LayerSaver(CacheTreeWriter& tree, const Graph& graph, StateGroup& state)
      : tree_(tree), graph_(graph), state_(state), length_(state.length(0)) {}

  // Returns the cache's class. mlx-lm has no ring of quantized values, so those of one are saved as plain ones.
  std::string save_kv(const std::string& path, StateId id) {
    KVCache& kv = state_.kv(id);
    const auto planes = in_order(kv.store());
    const auto& quantization = kv.quantization();
    if (!quantization) return add_rows(path, planes[0], planes[1], kv.store().bound());
    const auto [group_size, bits] = *quantization;
    if (kv.store().bound()) {
      const auto plain = [&, group_size = group_size, bits = bits](size_t first) {
        return mx::dequantize(planes[first], planes[first + 1], planes[first + 2], group_size, bits);
      };
      return add_rows(path, plain(0), plain(3), kv.store().bound());
    }
    for (size_t i = 0; i < planes.size(); i++)
      tree_.add_array(path + "." + std::to_string(i / 3) + "." + std::to_string(i % 3), planes[i]);
    tree_.add_number(path + ".2", length_);
    tree_.add_number(path + ".3", group_size);
    tree_.add_number(path + ".4", bits);
    return "QuantizedKVCache";
  }

  // mlx-lm keeps latents as keys and what is rotated as values.
  std::string save_latent(const std::string& path, StateId id) {
    const PositionStore& store = state_.latent(id).store();
    const auto rows = in_order(store).front();
    const int rank = std::get<LatentState>(graph_.states[static_cast<size_t>(id)]).rank;
    const int count = rows.shape(2);
    return add_rows(path,
                    mx::slice(rows, {0, 0, 0, 0}, {1, 1, count, rank}),
                    mx::slice(rows, {0, 0, 0, rank}, {1, 1, count, rows.shape(3)}),
                    store.bound());
  }

  std::string save_attention(const std::string& path, const CacheLayer& layer) {
    return layer.kv ? save_kv(path, *layer.kv) : save_latent(path, *layer.latent);
  }

  std::string save_recurrent(const std::string& path, const CacheLayer& layer) {
    int count = 0;
    for (const auto& id : {layer.rolling, layer.matrix}) {
      if (id) tree_.add_array(path + ".0." + std::to_string(count++), recurrent(*id));
    }
    tree_.add_none(path + ".1");
    tree_.add_none(path + ".2");
    return "ArraysCache";
  }

 private:
  // What mlx-lm keeps, in the order of positions.
  std::vector<mx::array> in_order(const PositionStore& store) const {
    const auto& bound = store.bound();
    const int kept = bound ? std::min(bound->keep, length_) : 0;
    const int start = bound ? std::max(kept, length_ - bound->window) : 0;
    std::vector<int> indices;
    for (int position = 0; position < kept; position++) indices.push_back(position);
    for (int position = start; position < length_; position++)
      indices.push_back(bound ? bound->index_of(position) : position);
    std::vector<mx::array> planes;
    for (const mx::array& plane : store.planes()) planes.push_back(rows_at(plane, indices));
    return planes;
  }

  std::string add_rows(const std::string& path,
                       const mx::array& keys,
                       const mx::array& values,
                       const std::optional<Bound>& bound) {
    tree_.add_array(path + ".0", keys);
    tree_.add_array(path + ".1", values);
    tree_.add_number(path + ".2", length_);
    if (!bound) return "KVCache";
    tree_.add_number(path + ".3", bound->keep);
    tree_.add_number(path + ".4", bound->keep + bound->window);
    tree_.add_number(path + ".5", keys.shape(2));
    return "RotatingKVCache";
  }

  mx::array recurrent(StateId id) {
    const State& own = graph_.states[static_cast<size_t>(id)];
    mx::Shape shape;
    if (const auto* rolling = std::get_if<RollingState>(&own)) {
      shape = {rolling->width, rolling->channels};
    } else {
      const auto& matrix = std::get<MatrixState>(own).shape;
      shape = mx::Shape(matrix.begin(), matrix.end());
    }
    // It is there, since the sequence has positions, so the dtype is of no effect.
    return state_.recurrent(id).value(1, shape, mx::float32);
  }

  CacheTreeWriter& tree_;
  const Graph& graph_;
  StateGroup& state_;
  int length_;
};

}  // namespace

void save_layer(CacheTreeWriter& tree, size_t index, const CacheLayer& layer, const Graph& graph, StateGroup& state) {
  LayerSaver saver(tree, graph, state);
  const std::string path = std::to_string(index);
  if (!layer.is_recurrent()) return tree.add_class(saver.save_attention(path, layer));
  if (!layer.is_attention()) return tree.add_class(saver.save_recurrent(path, layer));
  tree.add_text(path + ".0.1", saver.save_recurrent(path + ".0.0", layer));
  tree.add_text(path + ".1.1", saver.save_attention(path + ".1.0", layer));
  tree.add_class("CacheList");
}

}  // namespace mlxengine
