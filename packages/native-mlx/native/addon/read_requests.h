#pragma once

#include "addon/js_reader.h"
#include "generation/prefix_cache.h"
#include "generation/request.h"
#include "generation/scheduler.h"
#include "graph/graph.h"
#include "weights/tensor_plan.h"

namespace mlxengine {

// What JavaScript asks for as plain structs. Ids of tokens and of their types are checked here, because MLX's gather
// does not check them.
GenerateRequest read_generate_request(const JsReader& source, const Graph& graph);
SchedulerLimits read_scheduler_limits(const JsReader& source);

CacheFormat read_cache_format(const JsReader& source);
ScoreRequest read_score_request(const JsReader& source, const Graph& graph);
EmbedRequest read_embed_request(const JsReader& source, const Graph& graph);

// A tensor and where its bytes come from.
TensorPlan read_tensor_plan(const JsReader& source);

// The part of a request that is about the prefix cache.
PrefixRequest read_prefix_request(const JsReader& source, size_t prompt_length);

// A file of cached states to write or to read.
CacheFileRequest read_cache_file_request(const JsReader& source, const Graph& graph);

// How much of earlier sequences a model keeps.
PrefixCacheOptions read_prefix_cache_options(const JsReader& source);

// `tensors` and `quantizations` of a model; the float dtype is the one to compute in.
LoadPlan read_load_plan(const JsReader& source);

// A mask (Uint32Array) or a forced token (number).
struct Choice read_choice(const JsReader& source, const Graph& graph);

}  // namespace mlxengine
