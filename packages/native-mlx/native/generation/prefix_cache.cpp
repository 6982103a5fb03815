#include "generation/prefix_cache.h"

#include <mlx/transforms.h>

#include <algorithm>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

std::vector<HeldBuffer> buffers_of(const StateGroup& state) {
  std::vector<HeldBuffer> buffers;
  for (const mx::array& array : state.arrays()) {
    const bool has_buffer = array.status() != mx::array::unscheduled;
    buffers.push_back(has_buffer ? HeldBuffer{array.data_shared_ptr().get(), array.buffer_size()}
                                 : HeldBuffer{reinterpret_cast<const void*>(array.id()), array.nbytes()});
  }
  return buffers;
}

void PrefixCache::open(const Graph& graph, const PrefixCacheOptions& options, mx::Dtype dtype) {
  for (const State& state : graph.states) {
    const auto* kv = std::get_if<KVState>(&state);
    has_windows_ = has_windows_ || (kv != nullptr && kv->window);
    is_exact_ = is_exact_ || std::holds_alternative<RollingState>(state) || std::holds_alternative<MatrixState>(state);
  }
  // What was quantized cannot be taken back either.
  const bool quantizes_later = options.format.bits && options.format.quantized_start > 0;
  has_windows_ = has_windows_ || options.format.max_positions.has_value() || quantizes_later;
  graph_ = &graph;
  dtype_ = dtype;
  format_ = options.format;
  store_.emplace(is_exact_);
  store_->set_budget(options.bytes);
  if (options.folder.empty() || graph.states.empty()) return;
  folder_ = std::make_unique<PrefixFolder>(
      graph, dtype, PrefixFolder::Options{options.folder, options.folder_bytes, options.fingerprint, options.format});
  for (const auto& [key, tokens] : folder_->scan()) store_->know(key, tokens);
  store_->set_tier(folder_.get());
}

PrefixMatch PrefixCache::take(const std::vector<uint32_t>& prompt, const PrefixKey& key) {
  return store_ ? store_->take(prompt, key) : PrefixMatch{};
}

void PrefixCache::keep(const PrefixKey& key, std::vector<uint32_t> tokens, StateGroup state) {
  if (!store_) return;
  // Not submitted, it would hold all that it is computed from.
  mx::async_eval(state.arrays());
  store_->keep(key, std::move(tokens), std::move(state));
}

std::vector<int> PrefixCache::wanted_snapshots(const std::vector<uint32_t>& prompt,
                                               const std::vector<int>& borders,
                                               int start) const {
  if (!store_ || store_->budget() == 0 || !(is_exact_ || has_windows_)) return {};
  const int last = static_cast<int>(prompt.size()) - 1;
  std::vector<int> wanted;
  for (const int border : borders) {
    if (border > start && border <= last) wanted.push_back(border);
  }
  // A prompt that comes again is all there but for its last token, which has to be computed.
  if (is_exact_ && last > start) wanted.push_back(last);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

PrefixCache::Saved PrefixCache::save(const std::string& path,
                                     const PrefixKey& key,
                                     const std::vector<uint32_t>& tokens,
                                     const std::map<std::string, std::string>& metadata) {
  // A prompt leaves its last token to compute, so one more is asked for.
  std::vector<uint32_t> longer = tokens;
  longer.push_back(0);
  PrefixMatch match = take(longer, key);
  if (!match.state) return {};
  const int count = match.report.cached;
  const CacheFileNotes notes{{tokens.begin(), tokens.begin() + count}, "", "", metadata};
  return {count, save_cache_file(path, *graph_, *match.state, notes)};
}

CacheFileNotes PrefixCache::load(const std::string& path, const PrefixKey& key, const std::vector<uint32_t>& tokens) {
  CacheFile file = load_cache_file(path, *graph_, format_, dtype_, tokens);
  file.state.settle();
  mx::eval(file.state.arrays());
  const auto length = static_cast<int>(file.notes.tokens.size());
  keep(key, file.notes.tokens, std::move(file.state));
  std::vector<uint32_t> longer = file.notes.tokens;
  longer.push_back(0);
  if (take(longer, key).report.cached < length) {
    throw FailureError(
        FailureKind::memory,
        "[prefix cache] budget, expected room for the file, got " + std::to_string(store_->budget()) + " bytes",
        path);
  }
  return file.notes;
}

void PrefixCache::set_budget(size_t bytes) {
  if (store_) store_->set_budget(bytes);
}

void PrefixCache::clear() {
  if (store_) store_->clear();
}

void PrefixCache::flush() {
  if (store_ && folder_) store_->set_budget(0);
}

void PrefixCache::close() {
  store_.reset();
  folder_.reset();
}

}  // namespace mlxengine
