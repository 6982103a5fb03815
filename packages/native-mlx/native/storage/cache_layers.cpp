#include "storage/cache_layers.h"

#include <algorithm>
#include <string>

namespace mlxengine {

namespace {

// Up to and with the first part of the name that is a number; the whole where none is.
std::string layer_of(const std::string& name) {
  size_t start = 0;
  while (start < name.size()) {
    const size_t end = std::min(name.find('.', start), name.size());
    const auto part = name.substr(start, end - start);
    const bool is_number = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) return name.substr(0, end);
    start = end + 1;
  }
  return name;
}

std::optional<StateId>& place_for(CacheLayer& layer, const State& state) {
  if (std::holds_alternative<KVState>(state)) return layer.kv;
  if (std::holds_alternative<LatentState>(state)) return layer.latent;
  return std::holds_alternative<RollingState>(state) ? layer.rolling : layer.matrix;
}

}  // namespace

std::vector<CacheLayer> cache_layers(const Graph& graph) {
  std::vector<CacheLayer> layers;
  std::vector<std::string> names;
  for (size_t i = 0; i < graph.states.size(); i++) {
    const State& state = graph.states[i];
    const std::string name = layer_of(std::visit([](const auto& own) { return own.name; }, state));
    auto known = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    // A second state of the same kind gets an entry of its own, so that none is lost.
    if (known == names.size() || place_for(layers[known], state)) {
      known = names.size();
      names.push_back(name);
      layers.emplace_back();
    }
    place_for(layers[known], state) = static_cast<StateId>(i);
  }
  return layers;
}

}  // namespace mlxengine
