#include <algorithm>

#include "addon/read_requests.h"

namespace mlxengine {

namespace {

constexpr int64_t max_safe_integer = (int64_t{1} << 53) - 1;

}  // namespace

PrefixRequest read_prefix_request(const JsReader& source, size_t prompt_length) {
  PrefixRequest request;
  for (const uint32_t border : source["borders"].words()) {
    const int least = request.borders.empty() ? 1 : request.borders.back() + 1;
    if (border < static_cast<uint32_t>(least) || border >= prompt_length)
      source["borders"].fail("ascending positions in the prompt");
    request.borders.push_back(static_cast<int>(border));
  }
  request.salt = source["salt"].string();
  request.reuse = source["reuse"].boolean();
  request.keep = source["keep"].boolean();
  return request;
}

CacheFileRequest read_cache_file_request(const JsReader& source, const Graph& graph) {
  CacheFileRequest request;
  request.path = source["path"].string();
  request.tokens = source["tokens"].words();
  const auto limit = static_cast<uint32_t>(graph.vocabulary_size);
  if (std::any_of(request.tokens.begin(), request.tokens.end(), [&](uint32_t token) { return token >= limit; }))
    source["tokens"].fail("ids below " + std::to_string(limit));
  request.salt = source["salt"].string();
  for (const JsReader& entry : source["metadata"].array())
    request.metadata.insert_or_assign(entry["key"].string(), entry["value"].string());
  return request;
}

PrefixCacheOptions read_prefix_cache_options(const JsReader& source) {
  PrefixCacheOptions options;
  options.bytes = static_cast<size_t>(source["bytes"].integer(0, max_safe_integer));
  if (!source.has("folder")) return options;
  options.folder = source["folder"].string();
  options.folder_bytes = static_cast<uint64_t>(source["folderBytes"].integer(0, max_safe_integer));
  options.fingerprint = source["fingerprint"].string();
  return options;
}

}  // namespace mlxengine
