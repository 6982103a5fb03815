#include "addon/write_event.h"

#include "addon/typed_array.h"
#include "addon/write_profile.h"

namespace mlxengine {

namespace {

Napi::Object tagged(Napi::Env env, const char* type) {
  auto object = Napi::Object::New(env);
  object.Set("type", type);
  return object;
}

const char* name_of(PrefixEnd end) {
  switch (end) {
    case PrefixEnd::complete:
      return "complete";
    case PrefixEnd::cache_end:
      return "cache-end";
    case PrefixEnd::different_token:
      return "different-token";
    case PrefixEnd::no_snapshot:
      return "no-snapshot";
    case PrefixEnd::window:
      return "window";
    case PrefixEnd::evicted:
      return "evicted";
    case PrefixEnd::empty:
      return "empty";
    case PrefixEnd::off:
      break;
  }
  return "off";
}

class EventWriter {
 public:
  explicit EventWriter(Napi::Env env) : env_(env) {}

  Napi::Object operator()(const LoadProgressEvent& event) const {
    auto object = tagged(env_, "load-progress");
    object.Set("fileBytes", event.file_bytes);
    return object;
  }

  Napi::Object operator()(const PrefillProgressEvent& event) const {
    auto object = tagged(env_, "prefill-progress");
    object.Set("processedTokens", event.processed_tokens);
    object.Set("totalTokens", event.total_tokens);
    object.Set("cachedTokens", event.cached_tokens);
    return object;
  }

  Napi::Object operator()(const TokensEvent& event) const {
    auto object = tagged(env_, "tokens");
    object.Set("tokens", to_typed_array<Napi::Uint32Array>(env_, event.tokens));
    if (event.log_probabilities.empty()) return object;
    object.Set("logProbabilities", to_typed_array<Napi::Float32Array>(env_, event.log_probabilities));
    if (event.top_tokens.empty()) return object;
    object.Set("topTokens", to_typed_array<Napi::Uint32Array>(env_, event.top_tokens));
    object.Set("topLogProbabilities", to_typed_array<Napi::Float32Array>(env_, event.top_log_probabilities));
    return object;
  }

  Napi::Object operator()(const FinishEvent& event) const {
    auto statistics = Napi::Object::New(env_);
    statistics.Set("promptTokens", event.statistics.prompt_tokens);
    statistics.Set("cachedPromptTokens", event.statistics.cached_prompt_tokens);
    statistics.Set("cache", report(event.statistics.prefix));
    statistics.Set("completionTokens", event.statistics.completion_tokens);
    statistics.Set("prefillMs", event.statistics.prefill_ms);
    statistics.Set("decodeMs", event.statistics.decode_ms);
    if (const auto& speculation = event.statistics.speculation) {
      auto drafts = Napi::Object::New(env_);
      drafts.Set("drafted", speculation->drafted);
      drafts.Set("accepted", speculation->accepted);
      drafts.Set("steps", speculation->steps);
      statistics.Set("speculation", drafts);
    }
    auto object = tagged(env_, "finish");
    object.Set("reason", event.stopped ? "stop-token" : "length");
    object.Set("statistics", statistics);
    if (event.profile) object.Set("profile", write_profile(env_, *event.profile));
    return object;
  }

  Napi::Object operator()(const ScoreEvent& event) const {
    auto results = Napi::Array::New(env_, event.results.size());
    for (uint32_t i = 0; i < event.results.size(); i++) {
      auto result = Napi::Object::New(env_);
      result.Set("logProbabilities", to_typed_array<Napi::Float32Array>(env_, event.results[i].log_probabilities));
      result.Set("logits", to_typed_array<Napi::Float32Array>(env_, event.results[i].logits));
      results.Set(i, result);
    }
    auto object = tagged(env_, "score");
    object.Set("results", results);
    return object;
  }

  Napi::Object operator()(const EmbedEvent& event) const {
    auto object = tagged(env_, "embed");
    object.Set("pooled", vectors(event.pooled));
    object.Set("hidden", vectors(event.hidden));
    return object;
  }

  Napi::Object operator()(const DevicesEvent& event) const {
    auto devices = Napi::Array::New(env_, event.devices.size());
    for (uint32_t i = 0; i < event.devices.size(); i++) {
      const DeviceDescription& device = event.devices[i];
      auto entry = Napi::Object::New(env_);
      entry.Set("type", device.type);
      entry.Set("kind", device.kind);
      entry.Set("name", device.name);
      entry.Set("memoryBytes", device.memory_bytes);
      entry.Set("failure", device.failure);
      devices.Set(i, entry);
    }
    auto object = tagged(env_, "devices");
    object.Set("devices", devices);
    return object;
  }

  Napi::Object operator()(const CacheSavedEvent& event) const {
    auto object = tagged(env_, "cache-saved");
    object.Set("cachedTokens", event.tokens);
    object.Set("byteLength", event.bytes);
    return object;
  }

  Napi::Object operator()(const CacheLoadedEvent& event) const {
    auto object = tagged(env_, "cache-loaded");
    object.Set("tokens", to_typed_array<Napi::Uint32Array>(env_, event.tokens));
    auto metadata = Napi::Object::New(env_);
    for (const auto& [key, value] : event.metadata) metadata.Set(key, value);
    object.Set("metadata", metadata);
    return object;
  }

  Napi::Object operator()(const DoneEvent&) const { return tagged(env_, "done"); }

  Napi::Object operator()(const Failure& failure) const {
    auto object = tagged(env_, "failure");
    object.Set("failure", write_failure(env_, failure));
    return object;
  }

 private:
  Napi::Object report(const PrefixReport& prefix) const {
    auto object = Napi::Object::New(env_);
    object.Set("cachedTokens", prefix.cached);
    object.Set("matchedTokens", prefix.matched);
    object.Set("end", name_of(prefix.end));
    if (prefix.end == PrefixEnd::different_token) {
      object.Set("expected", prefix.expected);
      object.Set("found", prefix.found);
    }
    return object;
  }

  Napi::Array vectors(const std::vector<std::vector<float>>& rows) const {
    auto array = Napi::Array::New(env_, rows.size());
    for (uint32_t i = 0; i < rows.size(); i++) array.Set(i, to_typed_array<Napi::Float32Array>(env_, rows[i]));
    return array;
  }

  Napi::Env env_;
};

}  // namespace

Napi::Object write_event(Napi::Env env, const Event& event) {
  return std::visit(EventWriter(env), event);
}

Napi::Object write_question(Napi::Env env) {
  return tagged(env, "choose");
}

Napi::Object write_failure(Napi::Env env, const Failure& failure) {
  auto object = Napi::Object::New(env);
  object.Set("kind", name_of(failure.kind));
  object.Set("text", failure.text);
  object.Set("subject", failure.subject);
  object.Set("neededBytes", failure.needed_bytes);
  return object;
}

}  // namespace mlxengine
