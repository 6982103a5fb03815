#include "storage/cache_file.h"

#include <algorithm>
#include <charconv>

#include "storage/cache_layers.h"
#include "storage/cache_tree.h"
#include "storage/load_layer.h"
#include "storage/save_layer.h"

namespace mlxengine {

namespace {

constexpr const char* tokens_key = "mlxengine.tokens";
constexpr const char* fingerprint_key = "mlxengine.fingerprint";
constexpr const char* key_key = "mlxengine.key";

std::string join(const std::vector<uint32_t>& tokens) {
  std::string text;
  for (const uint32_t token : tokens) text += (text.empty() ? "" : " ") + std::to_string(token);
  return text;
}

std::vector<uint32_t> split(const CacheTree& tree, const std::string& text) {
  std::vector<uint32_t> tokens;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    uint32_t token = 0;
    const auto [rest, error] = std::from_chars(at, end, token);
    if (error != std::errc() || (rest < end && *rest != ' ')) tree.fail("tokens, expected numbers, got something else");
    tokens.push_back(token);
    at = rest + 1;
  }
  return tokens;
}

CacheFileNotes notes_of(const CacheTree& tree) {
  return {split(tree, tree.metadata(tokens_key).value_or("")),
          tree.metadata(fingerprint_key).value_or(""),
          tree.metadata(key_key).value_or(""),
          tree.flat_metadata()};
}

// Leaves in `own` the tokens of all positions.
void settle_tokens(const CacheTree& tree,
                   const Graph& graph,
                   std::vector<uint32_t>& own,
                   const std::vector<uint32_t>& given,
                   size_t length) {
  const std::string expected = "tokens, expected those of " + std::to_string(length) + " positions, got ";
  if (own.empty() && given.empty()) tree.fail(expected + "none: mlx-lm's files do not hold them, so give them");
  if (own.empty()) {
    if (given.size() < length) tree.fail(expected + std::to_string(given.size()));
    own.assign(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(length));
  }
  if (own.size() != length) tree.fail(expected + std::to_string(own.size()));
  if (!given.empty() && (given.size() < length || !std::equal(own.begin(), own.end(), given.begin())))
    tree.fail(expected + "others than the file's");
  const auto limit = static_cast<uint32_t>(graph.vocabulary_size);
  if (std::any_of(own.begin(), own.end(), [&](uint32_t token) { return token >= limit; }))
    tree.fail("tokens, expected ids below " + std::to_string(limit) + ", got others");
}

}  // namespace

uint64_t save_cache(ByteSink& sink, const Graph& graph, StateGroup& state, const CacheFileNotes& notes) {
  CacheTreeWriter tree;
  const auto layers = cache_layers(graph);
  for (size_t i = 0; i < layers.size(); i++) save_layer(tree, i, layers[i], graph, state);
  tree.set_metadata(tokens_key, join(notes.tokens));
  if (!notes.fingerprint.empty()) tree.set_metadata(fingerprint_key, notes.fingerprint);
  if (!notes.key.empty()) tree.set_metadata(key_key, notes.key);
  for (const auto& [key, value] : notes.metadata) tree.set_metadata(key, value);
  return tree.write(sink);
}

uint64_t save_cache_file(const std::string& path, const Graph& graph, StateGroup& state, const CacheFileNotes& notes) {
  AtomicFile file(path);
  const uint64_t bytes = save_cache(file, graph, state, notes);
  file.commit();
  return bytes;
}

CacheFile load_cache_file(const std::string& path,
                          const Graph& graph,
                          const CacheFormat& format,
                          mlx::core::Dtype dtype,
                          const std::vector<uint32_t>& tokens) {
  const CacheTree tree(path);
  tree.check_sum();
  const auto layers = cache_layers(graph);
  if (tree.classes().size() != layers.size())
    tree.fail("caches, expected " + std::to_string(layers.size()) + ", got " + std::to_string(tree.classes().size()));
  CacheFile file{StateGroup(graph, format), notes_of(tree)};
  LayerLoader loader(tree, graph, dtype);
  for (size_t i = 0; i < layers.size(); i++) loader.load(i, layers[i], file.state);
  auto& own = file.notes.tokens;
  const int length = loader.length(static_cast<int>(own.empty() ? tokens.size() : own.size()));
  settle_tokens(tree, graph, own, tokens, static_cast<size_t>(length));
  loader.finish(file.state, length);
  return file;
}

CacheFileNotes read_cache_notes(const std::string& path) {
  return notes_of(CacheTree(path));
}

}  // namespace mlxengine
