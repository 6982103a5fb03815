#include "addon/read_requests.h"

#include <algorithm>
#include <limits>
#include <map>

#include "generation/constraint.h"
#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int64_t max_int = std::numeric_limits<int>::max();
constexpr int64_t max_safe_integer = (int64_t{1} << 53) - 1;

std::vector<uint32_t> read_ids(const JsReader& source, int count) {
  auto ids = source.words();
  const auto limit = static_cast<uint32_t>(count);
  if (std::any_of(ids.begin(), ids.end(), [&](uint32_t id) { return id >= limit; }))
    source.fail("ids below " + std::to_string(limit));
  return ids;
}

std::vector<uint32_t> read_tokens(const JsReader& source, const Graph& graph, size_t least) {
  auto tokens = read_ids(source, graph.vocabulary_size);
  if (tokens.size() < least) source.fail("at least " + std::to_string(least) + " tokens");
  return tokens;
}

std::vector<std::vector<uint32_t>> read_sequences(const JsReader& source, const Graph& graph, size_t least) {
  std::vector<std::vector<uint32_t>> sequences;
  for (const JsReader& sequence : source.array()) {
    sequences.push_back(read_tokens(sequence, graph, least));
    if (sequences.back().size() > static_cast<size_t>(graph.context_length)) sequence.fail("to fit the context");
  }
  if (sequences.empty()) source.fail("at least one sequence");
  return sequences;
}

struct NamedDtype {
  const char* name;
  mx::Dtype dtype;
};

mx::Dtype read_tensor_dtype(const JsReader& source) {
  static const NamedDtype dtypes[] = {
      {"F32", mx::float32}, {"F16", mx::float16}, {"BF16", mx::bfloat16}, {"U32", mx::uint32}, {"U8", mx::uint8}};
  const std::string name = source.string();
  for (const auto& [known, dtype] : dtypes) {
    if (name == known) return dtype;
  }
  source.fail("F32, F16, BF16, U32 or U8");
}

mx::Dtype read_compute_dtype(const JsReader& source) {
  static const NamedDtype dtypes[] = {{"float32", mx::float32}, {"float16", mx::float16}, {"bfloat16", mx::bfloat16}};
  const std::string name = source.string();
  for (const auto& [known, dtype] : dtypes) {
    if (name == known) return dtype;
  }
  source.fail("float32, float16 or bfloat16");
}

std::string read_mode(const JsReader& source) {
  std::string mode = source.string();
  for (const char* known : {"affine", "mxfp4", "nvfp4", "mxfp8"}) {
    if (mode == known) return mode;
  }
  source.fail("affine, mxfp4, nvfp4 or mxfp8");
}

std::optional<int> read_adapter(const JsReader& source) {
  if (!source.has("adapter")) return std::nullopt;
  return static_cast<int>(source["adapter"].integer(0, max_int));
}

// What is added to logits or multiplied with them stays within what float32 bears, also over a tiny temperature.
constexpr double largest_change = 1e9;
constexpr double smallest_temperature = 1e-18;
// As in core.
constexpr int64_t most_log_probabilities = 20;

float read_change(const JsReader& source, double least = -largest_change) {
  return static_cast<float>(std::clamp(source.number(), least, largest_change));
}

// From 0 to `most`.
float read_share(const JsReader& source, double most = 1) {
  const double share = source.number();
  if (share < 0 || share > most) source.fail("a number from 0 to " + std::to_string(most));
  return static_cast<float>(share);
}

int read_context(const JsReader& source) {
  return static_cast<int>(source.integer(1, max_int));
}

void read_penalties(const JsReader& source, SamplingParameters& sampling) {
  // 0 is off, as in mlx-lm.
  const float repetition = read_change(source["repetition"], 0);
  if (repetition > 0) sampling.repetition_penalty = std::max(repetition, static_cast<float>(1 / largest_change));
  sampling.repetition_context = read_context(source["repetitionContext"]);
  sampling.presence_penalty = read_change(source["presence"]);
  sampling.presence_context = read_context(source["presenceContext"]);
  sampling.frequency_penalty = read_change(source["frequency"]);
  sampling.frequency_context = read_context(source["frequencyContext"]);
}

void read_biases(const JsReader& source, const Graph& graph, SamplingParameters& sampling) {
  const auto tokens = read_tokens(source["tokens"], graph, 0);
  const auto biases = source["biases"].array();
  if (biases.size() != tokens.size()) source["biases"].fail("a bias for each token");
  std::map<uint32_t, double> sums;
  for (size_t i = 0; i < tokens.size(); i++) sums[tokens[i]] += biases[i].number();
  for (const auto& [token, bias] : sums) {
    sampling.bias_tokens.push_back(token);
    sampling.biases.push_back(static_cast<float>(std::clamp(bias, -largest_change, largest_change)));
  }
}

void read_xtc(const JsReader& source, const Graph& graph, SamplingParameters& sampling) {
  sampling.xtc_probability = read_share(source["probability"]);
  sampling.xtc_threshold = read_share(source["threshold"], 0.5);
  sampling.xtc_excluded_tokens = read_tokens(source["excludedTokens"], graph, 0);
}

SamplingParameters read_sampling(const JsReader& source, const Graph& graph) {
  SamplingParameters sampling;
  const double temperature = source["temperature"].number();
  if (temperature < 0) source["temperature"].fail("0 or more");
  if (temperature > 0) sampling.temperature = static_cast<float>(std::clamp(temperature, smallest_temperature, 1e30));
  sampling.top_p = read_share(source["topP"]);
  sampling.min_p = read_share(source["minP"]);
  if (source.has("minTokensToKeep")) sampling.min_tokens_to_keep = read_context(source["minTokensToKeep"]);
  sampling.top_k = static_cast<int>(source["topK"].integer(0, max_int));
  sampling.seed = static_cast<uint32_t>(source["seed"].integer(0, std::numeric_limits<uint32_t>::max()));
  if (source.has("penalties")) read_penalties(source["penalties"], sampling);
  if (source.has("logitBias")) read_biases(source["logitBias"], graph, sampling);
  if (source.has("xtc")) read_xtc(source["xtc"], graph, sampling);
  return sampling;
}

SpeculationRequest read_speculation(const JsReader& source) {
  // As in core. Sequences can go back so far, see Bound.
  constexpr int64_t most_drafted = 32;
  constexpr int64_t most_ngram = 16;
  SpeculationRequest request{static_cast<int>(source["maxDraft"].integer(1, most_drafted))};
  if (source.has("ngram")) request.ngram = static_cast<int>(source["ngram"].integer(1, most_ngram));
  return request;
}

}  // namespace

TensorPlan read_tensor_plan(const JsReader& source) {
  TensorPlan plan;
  plan.dtype = read_tensor_dtype(source["dtype"]);
  plan.shape = source["shape"].dimensions(8);
  // Not more than any tensor of a real model, so that the product below stays exact.
  uint64_t bytes = plan.dtype.size();
  for (const int dimension : plan.shape) {
    bytes *= static_cast<uint64_t>(dimension);
    if (bytes > (uint64_t{1} << 40)) source["shape"].fail("a tensor of at most 2^40 bytes");
  }
  plan.byte_length = bytes;
  if (source.has("file")) {
    plan.file = source["file"].string();
    plan.byte_offset = static_cast<uint64_t>(source["byteOffset"].integer(0, max_safe_integer));
  }
  return plan;
}

GenerateRequest read_generate_request(const JsReader& source, const Graph& graph) {
  GenerateRequest request;
  request.prompt = read_tokens(source["prompt"], graph, 1);
  if (source.has("generatedTokens")) {
    request.generated_tokens =
        static_cast<int>(source["generatedTokens"].integer(0, static_cast<int64_t>(request.prompt.size()) - 1));
  }
  if (source.has("profile")) request.profile = source["profile"].boolean();
  request.max_tokens = static_cast<int>(source["maxTokens"].integer(1, max_int));
  const auto total = static_cast<int64_t>(request.prompt.size()) + request.max_tokens;
  if (total > graph.context_length)
    source["maxTokens"].fail("to fit a context of " + std::to_string(graph.context_length));
  request.adapter = read_adapter(source);
  if (source.has("speculation")) request.speculation = read_speculation(source["speculation"]);
  request.stop_tokens = read_tokens(source["stopTokens"], graph, 0);
  request.sampling = read_sampling(source, graph);
  if (source.has("logProbabilities"))
    request.log_probabilities = static_cast<int>(source["logProbabilities"].integer(0, most_log_probabilities));
  if (source.has("cache")) request.cache = read_prefix_request(source["cache"], request.prompt.size());
  request.deterministic = source["deterministic"].boolean();
  return request;
}

SchedulerLimits read_scheduler_limits(const JsReader& source) {
  return {static_cast<int>(source["maxSequences"].integer(1, 256)),
          static_cast<int>(source["maxWaiting"].integer(0, 1 << 20))};
}

CacheFormat read_cache_format(const JsReader& source) {
  constexpr int longest = 1 << 30;
  CacheFormat format;
  if (source.has("bits")) format.bits = static_cast<int>(source["bits"].integer(4, 8));
  format.group_size = static_cast<int>(source["groupSize"].integer(32, 128));
  format.quantized_start = static_cast<int>(source["quantizedStart"].integer(0, longest));
  format.keep = static_cast<int>(source["keep"].integer(0, longest));
  if (source.has("maxPositions"))
    format.max_positions = static_cast<int>(source["maxPositions"].integer(format.keep + 1, longest));
  return format;
}

ScoreRequest read_score_request(const JsReader& source, const Graph& graph) {
  ScoreRequest request;
  request.sequences = read_sequences(source["sequences"], graph, 2);
  request.chunk_size = static_cast<int>(source["chunkSize"].integer(0, max_int));
  request.logits = source["logits"].boolean();
  request.adapters.assign(request.sequences.size(), std::nullopt);
  if (!source.has("adapters")) return request;
  const auto adapters = source["adapters"].array();
  if (adapters.size() != request.sequences.size()) source["adapters"].fail("one for each sequence");
  for (size_t i = 0; i < adapters.size(); i++) {
    if (!adapters[i].value().IsNull()) request.adapters[i] = static_cast<int>(adapters[i].integer(0, max_int));
  }
  return request;
}

EmbedRequest read_embed_request(const JsReader& source, const Graph& graph) {
  EmbedRequest request;
  request.sequences = read_sequences(source["sequences"], graph, 1);
  request.hidden = source["hidden"].boolean();
  if (!source.has("tokenTypes")) return request;
  for (const JsReader& types : source["tokenTypes"].array()) {
    const size_t index = request.token_types.size();
    request.token_types.push_back(read_ids(types, graph.token_type_count));
    if (index >= request.sequences.size() || request.token_types.back().size() != request.sequences[index].size())
      types.fail("a type for each token");
  }
  if (request.token_types.size() != request.sequences.size()) source["tokenTypes"].fail("types of each sequence");
  return request;
}

LoadPlan read_load_plan(const JsReader& source) {
  LoadPlan plan;
  plan.dtype = read_compute_dtype(source["dtype"]);
  for (const JsReader& tensor : source["tensors"].array()) {
    const TensorPlan& added =
        plan.tensors.insert_or_assign(tensor["name"].string(), read_tensor_plan(tensor)).first->second;
    if (!added.file.empty()) plan.file_bytes += added.byte_length;
  }
  for (const JsReader& quantization : source["quantizations"].array()) {
    const auto bits = static_cast<int>(quantization["bits"].integer(2, 8));
    const auto group_size = static_cast<int>(quantization["groupSize"].integer(1, 1024));
    plan.quantizations.insert_or_assign(
        quantization["path"].string(),
        Quantization{bits, group_size, read_mode(quantization["mode"]), quantization["globalScale"].boolean()});
  }
  return plan;
}

Choice read_choice(const JsReader& source, const Graph& graph) {
  if (source.value().IsNumber())
    return {static_cast<uint32_t>(source.index(static_cast<size_t>(graph.vocabulary_size))), {}};
  Choice choice{std::nullopt, source.words()};
  const size_t words = (static_cast<size_t>(graph.vocabulary_size) + 31) / 32;
  if (choice.mask.size() != words) source.fail(std::to_string(words) + " words");
  // Bits past the vocabulary say nothing.
  const int used = graph.vocabulary_size % 32;
  if (used != 0) choice.mask.back() &= (uint32_t{1} << used) - 1;
  if (std::all_of(choice.mask.begin(), choice.mask.end(), [](uint32_t word) { return word == 0; })) {
    throw FailureError(FailureKind::constraint, "[constraint] mask, expected a token that may come next, got none");
  }
  return choice;
}

}  // namespace mlxengine
