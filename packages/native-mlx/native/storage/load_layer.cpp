#include "storage/load_layer.h"

#include <mlx/ops.h>

#include <algorithm>
#include <limits>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int max_int = std::numeric_limits<int>::max();

std::string text_of(const mx::Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

mx::array rows_between(const mx::array& rows, int from, int to) {
  return mx::slice(rows, {0, 0, from, 0}, {rows.shape(0), rows.shape(1), to, rows.shape(3)});
}

}  // namespace

void LayerLoader::load(size_t index, const CacheLayer& layer, StateGroup& state) {
  const std::string path = std::to_string(index);
  const std::string& kind = tree_.classes()[index];
  if (layer.is_recurrent() && layer.is_attention()) {
    if (kind != "CacheList") tree_.fail("cache " + path + ", expected a CacheList, got " + kind.substr(0, 32));
    load_list(path, layer, state);
  } else if (layer.is_recurrent()) {
    if (kind != "ArraysCache" && kind != "MambaCache")
      tree_.fail("cache " + path + ", expected an ArraysCache, got " + kind.substr(0, 32));
    load_recurrent(path, layer, state);
  } else {
    load_attention(path, kind, layer, state);
  }
}

int LayerLoader::length(int known) const {
  const int length = length_.value_or(known);
  if (length == 0) tree_.fail("caches, expected positions, got none, and no tokens that tell how many");
  return length;
}

void LayerLoader::finish(StateGroup& state, int length) const {
  state.advance(0, length);
  // As if so much more had been written before: no ring goes back to what the file did not hold.
  if (forgotten_ > 0) state.touch(0, forgotten_);
  state.settle();
}

void LayerLoader::agree_on(const std::string& path, int length) {
  if (length_.value_or(length) != length)
    tree_.fail("cache " + path + ", expected " + std::to_string(*length_) + " positions as the others have, got " +
               std::to_string(length));
  // Before anything of that length is made.
  if (length > graph_.context_length)
    tree_.fail("cache " + path + ", expected at most " + std::to_string(graph_.context_length) + " positions, got " +
               std::to_string(length));
  length_ = length;
}

// mlx-lm's lists hold the recurrence first.
void LayerLoader::load_list(const std::string& path, const CacheLayer& layer, StateGroup& state) {
  const std::string first = tree_.text(path + ".0.1");
  if (first != "ArraysCache" && first != "MambaCache")
    tree_.fail("cache " + path + ".0, expected an ArraysCache, got " + first.substr(0, 32));
  load_recurrent(path + ".0.0", layer, state);
  load_attention(path + ".1.0", tree_.text(path + ".1.1"), layer, state);
}

void LayerLoader::load_recurrent(const std::string& path, const CacheLayer& layer, StateGroup& state) {
  int count = 0;
  if (layer.rolling) {
    const auto& own = std::get<RollingState>(graph_.states[static_cast<size_t>(*layer.rolling)]);
    put_recurrent(path + ".0." + std::to_string(count++), *layer.rolling, {own.width, own.channels}, state);
  }
  if (layer.matrix) {
    const auto& own = std::get<MatrixState>(graph_.states[static_cast<size_t>(*layer.matrix)]);
    const mx::Shape shape(own.shape.begin(), own.shape.end());
    put_recurrent(path + ".0." + std::to_string(count++), *layer.matrix, shape, state);
  }
  if (!tree_.is_none(path + ".1") || !tree_.is_none(path + ".2"))
    tree_.fail("cache " + path + ", expected one sequence without padding, got a batch");
}

void LayerLoader::put_recurrent(const std::string& path, StateId id, const mx::Shape& expected, StateGroup& state) {
  if (tree_.is_none(path)) tree_.fail("state " + path + ", expected an array, got none");
  mx::Shape shape = tree_.shape(path);
  mx::Shape with_slot = expected;
  with_slot.insert(with_slot.begin(), 1);
  // mlx-lm leaves out a dimension of 1 that a state of Mamba 1 has here.
  mx::Shape squeezed;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(squeezed), [](int size) { return size != 1; });
  mx::Shape wanted;
  std::copy_if(expected.begin(), expected.end(), std::back_inserter(wanted), [](int size) { return size != 1; });
  if (squeezed != wanted || shape.empty() || shape[0] != 1)
    tree_.fail("state " + path + ", expected " + text_of(with_slot) + ", got " + text_of(shape));
  const bool is_rolling = std::holds_alternative<RollingState>(graph_.states[static_cast<size_t>(id)]);
  const auto value = mx::reshape(tree_.array(path), with_slot);
  state.recurrent(id).write({mx::astype(value, is_rolling ? dtype_ : mx::Dtype(mx::float32))}, {}, false);
}

void LayerLoader::load_attention(const std::string& path,
                                 const std::string& kind,
                                 const CacheLayer& layer,
                                 StateGroup& state) {
  const Rows rows = read_rows(path, kind);
  agree_on(path, rows.length);
  if (layer.kv) {
    put_kv(path, *layer.kv, rows, state);
  } else {
    put_latent(path, *layer.latent, rows, state);
  }
}

// The fixed list of classes.
LayerLoader::Rows LayerLoader::read_rows(const std::string& path, const std::string& kind) const {
  if (kind == "KVCache") return plain_rows(path);
  if (kind == "RotatingKVCache") return rotating_rows(path);
  if (kind == "QuantizedKVCache") return quantized_rows(path);
  if (kind == "ChunkedKVCache") return chunked_rows(path);
  tree_.fail("cache " + path + ", expected a KVCache, RotatingKVCache, QuantizedKVCache or ChunkedKVCache, got " +
             kind.substr(0, 32));
}

void LayerLoader::check_rows(const std::string& path, const mx::array& rows, int heads, int dimension) const {
  const auto& shape = rows.shape();
  if (shape.size() != 4 || shape[0] != 1 || shape[1] != heads || shape[3] != dimension)
    tree_.fail("state " + path + ", expected " + text_of({1, heads, -1, dimension}) + ", got " + text_of(shape));
}

LayerLoader::Rows LayerLoader::plain_rows(const std::string& path) const {
  const auto keys = tree_.shape(path + ".0");
  const auto values = tree_.shape(path + ".1");
  if (keys.size() != 4 || values.size() != 4 || keys[2] != values[2])
    tree_.fail("cache " + path + ", expected keys and values of 4 dimensions, got others");
  const int offset = tree_.number(path + ".2", 1, keys[2]);
  return {rows_between(tree_.array(path + ".0"), 0, offset), rows_between(tree_.array(path + ".1"), 0, offset), offset};
}

LayerLoader::Rows LayerLoader::chunked_rows(const std::string& path) const {
  const auto keys = tree_.shape(path + ".0");
  const auto values = tree_.shape(path + ".1");
  if (keys.size() != 4 || values.size() != 4 || keys[2] != values[2])
    tree_.fail("cache " + path + ", expected keys and values of 4 dimensions, got others");
  const int offset = tree_.number(path + ".2", 1, max_int);
  tree_.number(path + ".3", 1, max_int);
  const int start = tree_.number(path + ".4", 0, offset);
  const int count = offset - start;
  if (count < 1 || count > keys[2])
    tree_.fail("cache " + path + ", expected 1 to " + std::to_string(keys[2]) + " positions, got " +
               std::to_string(count));
  return {rows_between(tree_.array(path + ".0"), 0, count), rows_between(tree_.array(path + ".1"), 0, count), offset};
}

// A ring in the order of positions. `_idx` is where the next row goes: before the end of a ring that went around, at
// the end of one that has just grown.
LayerLoader::Rows LayerLoader::rotating_rows(const std::string& path) const {
  const auto keys = tree_.shape(path + ".0");
  const auto values = tree_.shape(path + ".1");
  if (keys.size() != 4 || values.size() != 4 || keys[2] != values[2] || keys[2] < 1)
    tree_.fail("cache " + path + ", expected keys and values of 4 dimensions, got others");
  const int capacity = keys[2];
  const int offset = tree_.number(path + ".2", 1, max_int);
  const int keep = tree_.number(path + ".3", 0, max_int);
  const int max_size = tree_.number(path + ".4", keep + 1, max_int);
  const int index = tree_.number(path + ".5", 1, capacity);
  const bool is_partly_filled = index == offset && offset <= capacity;
  const bool is_in_order = index == capacity && offset >= capacity;
  const bool went_around = capacity == max_size && offset >= capacity && index >= keep;
  if (!is_partly_filled && !is_in_order && !went_around)
    tree_.fail("cache " + path + ", expected a ring's index, got " + std::to_string(index) + " of " +
               std::to_string(capacity) + " after " + std::to_string(offset) + " positions");
  const auto ordered = [&](const mx::array& rows) {
    if (is_partly_filled || is_in_order) return rows_between(rows, 0, index);
    return mx::concatenate(
        {rows_between(rows, 0, keep), rows_between(rows, index, capacity), rows_between(rows, keep, index)}, 2);
  };
  const int count = is_partly_filled || is_in_order ? index : capacity;
  return {ordered(tree_.array(path + ".0")), ordered(tree_.array(path + ".1")), offset, count < offset ? keep : 0};
}

mx::array LayerLoader::dequantized(const std::string& path, int offset, int group_size, int bits) const {
  const auto packed = tree_.shape(path + ".0", /* packed */ true);
  const auto scales = tree_.shape(path + ".1");
  const auto biases = tree_.shape(path + ".2");
  const bool fits = packed.size() == 4 && scales.size() == 4 && scales == biases && packed[0] == scales[0] &&
                    packed[1] == scales[1] && packed[2] == scales[2] && offset <= packed[2] && packed[3] > 0 &&
                    int64_t{packed[3]} * 32 == int64_t{scales[3]} * group_size * bits;
  if (!fits)
    tree_.fail("state " + path + ", expected quantized rows, got " + text_of(packed) + " and " + text_of(scales));
  const auto part = [&](const char* name) { return rows_between(tree_.array(path + name), 0, offset); };
  return mx::dequantize(part(".0"), mx::astype(part(".1"), dtype_), mx::astype(part(".2"), dtype_), group_size, bits);
}

LayerLoader::Rows LayerLoader::quantized_rows(const std::string& path) const {
  const int offset = tree_.number(path + ".2", 1, max_int);
  const int group_size = tree_.number(path + ".3", 32, 128);
  const int bits = tree_.number(path + ".4", 2, 8);
  if ((group_size & (group_size - 1)) != 0 || bits == 7)
    tree_.fail("cache " + path + ", expected a quantization that MLX has, got " + std::to_string(bits) +
               " bits in groups of " + std::to_string(group_size));
  return {
      dequantized(path + ".0", offset, group_size, bits), dequantized(path + ".1", offset, group_size, bits), offset};
}

// What is missing of a ring is behind its window, so that nothing sees it, but nothing can go back there either.
void LayerLoader::restore(const std::string& path,
                          PositionStore& store,
                          std::vector<mx::array> planes,
                          const Rows& rows) {
  const int count = planes.front().shape(2);
  const int length = rows.length;
  const auto& bound = store.bound();
  const int first = length - (count - rows.keep);  // of the last ones
  const bool is_whole = count == length && rows.keep == 0;
  const bool has_all_seen = bound && count >= rows.keep && count < length && bound->keep <= rows.keep &&
                            first <= std::max(bound->keep, length - bound->window);
  if (!is_whole && !has_all_seen)
    tree_.fail("cache " + path + ", expected all positions that are seen again, got " + std::to_string(count) + " of " +
               std::to_string(length));
  for (mx::array& plane : planes) plane = mx::contiguous(mx::astype(plane, dtype_));
  if (bound && (!is_whole || length > bound->capacity())) {
    std::vector<int> sources(static_cast<size_t>(bound->capacity()), 0);
    for (int row = 0; row < count; row++) {
      const int position = row < rows.keep ? row : first + row - rows.keep;
      if (position < bound->keep || position >= length - bound->ring)
        sources[static_cast<size_t>(bound->index_of(position))] = row;
    }
    const auto order = mx::array(sources.begin(), {bound->capacity()}, mx::int32);
    for (mx::array& plane : planes) plane = mx::take(plane, order, 2);
    if (!is_whole) forgotten_ = std::max(forgotten_, bound->slack());
  }
  store.restore(std::move(planes), length);
}

void LayerLoader::put_kv(const std::string& path, StateId id, const Rows& rows, StateGroup& state) {
  const auto& own = std::get<KVState>(graph_.states[static_cast<size_t>(id)]);
  check_rows(path, rows.keys, own.heads, own.key_dimension);
  check_rows(path, rows.values, own.heads, own.value_dimension);
  if (rows.keys.shape(2) != rows.values.shape(2)) tree_.fail("cache " + path + ", expected a value for each key");
  restore(path, state.kv(id).store(), {rows.keys, rows.values}, rows);
  state.kv(id).requantize();
}

void LayerLoader::put_latent(const std::string& path, StateId id, const Rows& rows, StateGroup& state) {
  const auto& own = std::get<LatentState>(graph_.states[static_cast<size_t>(id)]);
  check_rows(path, rows.keys, 1, own.rank);
  check_rows(path, rows.values, 1, own.rope_dimension);
  if (rows.keys.shape(2) != rows.values.shape(2)) tree_.fail("cache " + path + ", expected a value for each key");
  restore(path, state.latent(id).store(), {mx::concatenate({rows.keys, rows.values}, -1)}, rows);
}

}  // namespace mlxengine
