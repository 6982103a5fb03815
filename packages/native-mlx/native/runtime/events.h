#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/failure.h"
#include "runtime/prefix_report.h"
#include "runtime/profile_report.h"

// What the owner thread tells JavaScript about a request, as plain data.
namespace mlxengine {

using RequestId = uint32_t;

struct LoadProgressEvent {
  double file_bytes;  // read from files so far
};

struct PrefillProgressEvent {
  int processed_tokens;
  int total_tokens;
  int cached_tokens;
};

struct TokensEvent {
  std::vector<uint32_t> tokens;
  // Where asked for: one a token, and of each token's likeliest ones the same number.
  std::vector<float> log_probabilities;
  std::vector<uint32_t> top_tokens;
  std::vector<float> top_log_probabilities;
};

// What guessing tokens ahead came to.
struct SpeculationStatistics {
  int drafted = 0;
  int accepted = 0;
  int steps = 0;
};

struct Statistics {
  int prompt_tokens = 0;
  int cached_prompt_tokens = 0;
  PrefixReport prefix;
  int completion_tokens = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
  std::optional<SpeculationStatistics> speculation = std::nullopt;
};

struct FinishEvent {
  bool stopped;  // by a stop token; otherwise by length
  Statistics statistics;
  std::optional<ProfileReport> profile = std::nullopt;  // where it was asked for
};

struct ScoreResult {
  std::vector<float> log_probabilities;
  std::vector<float> logits;
};

struct ScoreEvent {
  std::vector<ScoreResult> results;  // one a sequence
};

struct EmbedEvent {
  std::vector<std::vector<float>> pooled;  // one a sequence, or none where the graph does not pool
  std::vector<std::vector<float>> hidden;  // one a sequence, or none where not asked for
};

struct DeviceDescription {
  std::string type;  // cpu or gpu, as MLX sees it
  std::string kind;  // cpu, metal or cuda
  std::string name;
  double memory_bytes = 0;  // 0: not known
  // Empty where a small computation on it came out right; otherwise what happened.
  std::string failure;
};

struct DevicesEvent {
  std::vector<DeviceDescription> devices;
};

// Cached states that were written to a file.
struct CacheSavedEvent {
  int tokens;  // whose states they are; 0: none were there
  double bytes;
};

// Cached states that were read from a file.
struct CacheLoadedEvent {
  std::vector<uint32_t> tokens;
  std::map<std::string, std::string> metadata;
};

// The end of a request that has nothing to tell: loading and unloading.
struct DoneEvent {};

using Event = std::variant<LoadProgressEvent,
                           PrefillProgressEvent,
                           TokensEvent,
                           FinishEvent,
                           ScoreEvent,
                           EmbedEvent,
                           DevicesEvent,
                           CacheSavedEvent,
                           CacheLoadedEvent,
                           DoneEvent,
                           Failure>;

// Whether nothing comes after it.
inline bool ends_request(const Event& event) {
  return std::holds_alternative<FinishEvent>(event) || std::holds_alternative<ScoreEvent>(event) ||
         std::holds_alternative<EmbedEvent>(event) || std::holds_alternative<DevicesEvent>(event) ||
         std::holds_alternative<CacheSavedEvent>(event) || std::holds_alternative<CacheLoadedEvent>(event) ||
         std::holds_alternative<DoneEvent>(event) || std::holds_alternative<Failure>(event);
}

}  // namespace mlxengine
