#include "weights/weight_loader.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <sstream>

#include "weights/float_conversion.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

std::string to_string(const std::vector<int>& shape) {
  std::ostringstream text;
  text << '[';
  for (size_t i = 0; i < shape.size(); i++) text << (i ? ", " : "") << shape[i];
  text << ']';
  return text.str();
}

void expect_dtype(const mx::array& loaded, mx::Dtype dtype, const char* expected, const std::string& name) {
  if (loaded.dtype() == dtype) return;
  throw FailureError(
      FailureKind::checkpoint, std::string("[weights] dtype, expected ") + expected + ", got another", name);
}

// The checkpoint holds the greatest magnitude, which stands for the greatest E4M3 scale times the greatest E2M1. That
// of a matrix is a scalar, however it is stored.
mx::array factor_of(const mx::array& scale, WeightKind kind) {
  constexpr float greatest = 448.0F * 6.0F;
  auto factor = mx::multiply(kind == WeightKind::stack ? scale : mx::reshape(scale, {}), mx::array(1.0F / greatest));
  mx::eval(factor);
  return factor;
}

}  // namespace

WeightLoader::WeightLoader(const Graph& graph, LoadPlan plan) : graph_(graph), plan_(std::move(plan)) {
  for (const Weight& declaration : graph_.weights) {
    if (declaration.kind == WeightKind::tensor) kept_in_float32_.insert(declaration.path);
  }
  for (const auto& [path, quantization] : plan_.quantizations) {
    if (quantization.global_scale) kept_in_float32_.insert(path + ".global_scale");
  }
}

void WeightLoader::provide(const std::string& name, const std::vector<uint8_t>& bytes) {
  const TensorPlan& plan = plan_of(name, FailureKind::argument);
  auto found = provided_.find(name);
  if (found == provided_.end()) found = provided_.try_emplace(name, name, plan, final_dtype(name, plan)).first;
  found->second.fill(bytes);
}

LoadedWeights WeightLoader::load(const Cancellation& cancellation, const std::function<void(uint64_t)>& on_progress) {
  TensorReader reader;
  LoadedWeights weights;
  weights.reserve(graph_.weights.size());
  for (const Weight& declaration : graph_.weights) {
    cancellation.throw_if_cancelled();
    weights.push_back(load_weight(declaration, reader));
  }
  reader.read(cancellation, on_progress);
  for (size_t i = 0; i < weights.size(); i++) {
    auto& factor = weights[i].global_factor;
    if (factor) factor = factor_of(*factor, graph_.weights[i].kind);
  }
  return weights;
}

LoadedWeight WeightLoader::load_weight(const Weight& declaration, TensorReader& reader) {
  if (declaration.kind == WeightKind::tensor) return {floats(declaration.path, declaration.shape, reader)};
  const auto found = plan_.quantizations.find(declaration.path);
  const bool quantizable = declaration.kind == WeightKind::matrix || declaration.kind == WeightKind::stack;
  if (found != plan_.quantizations.end() && quantizable) return load_quantized(declaration, found->second, reader);
  LoadedWeight loaded{floats(declaration.path + ".weight", declaration.shape, reader)};
  load_bias(declaration, loaded, reader);
  return loaded;
}

LoadedWeight WeightLoader::load_quantized(const Weight& declaration,
                                          const Quantization& quantization,
                                          TensorReader& reader) {
  const std::string& path = declaration.path;
  const int in = declaration.shape.back();
  if (in % quantization.group_size != 0 || in * quantization.bits % 32 != 0) {
    throw FailureError(
        FailureKind::checkpoint, "[weights] columns, expected whole groups, got " + std::to_string(in), path);
  }
  const auto of_columns = [&](int columns) {
    std::vector<int> shape = declaration.shape;
    shape.back() = columns;
    return shape;
  };
  LoadedWeight loaded{tensor(path + ".weight", of_columns(in * quantization.bits / 32), reader)};
  expect_dtype(loaded.weight, mx::uint32, "U32", path + ".weight");
  const auto of_groups = of_columns(in / quantization.group_size);
  if (quantization.mode == "affine") {
    loaded.scales = floats(path + ".scales", of_groups, reader);
    loaded.biases = floats(path + ".biases", of_groups, reader);
  } else {
    loaded.scales = tensor(path + ".scales", of_groups, reader);
    expect_dtype(*loaded.scales, mx::uint8, "U8", path + ".scales");
  }
  if (quantization.global_scale) loaded.global_factor = global_scale(declaration, reader);
  loaded.quantization = quantization;
  load_bias(declaration, loaded, reader);
  return loaded;
}

mx::array WeightLoader::global_scale(const Weight& declaration, TensorReader& reader) {
  const std::string name = declaration.path + ".global_scale";
  const bool is_stack = declaration.kind == WeightKind::stack;
  const auto found = plan_.tensors.find(name);
  const bool is_vector = found != plan_.tensors.end() && found->second.shape.size() == 1;
  const std::vector<int> one = is_vector ? std::vector<int>{1} : std::vector<int>{};
  const auto scale = tensor(name, is_stack ? std::vector<int>{declaration.shape[0]} : one, reader);
  expect_dtype(scale, mx::float32, "F32", name);
  return scale;
}

void WeightLoader::load_bias(const Weight& declaration, LoadedWeight& loaded, TensorReader& reader) {
  if (!declaration.bias) return;
  std::vector<int> shape = declaration.shape;
  if (shape.size() > 1) shape.pop_back();
  loaded.bias = floats(declaration.path + ".bias", shape, reader);
}

mx::array WeightLoader::floats(const std::string& name, const std::vector<int>& shape, TensorReader& reader) {
  auto loaded = tensor(name, shape, reader);
  if (mx::issubdtype(loaded.dtype(), mx::floating)) return loaded;
  throw FailureError(FailureKind::checkpoint, "[weights] dtype, expected floats, got integers", name);
}

mx::array WeightLoader::tensor(const std::string& name, const std::vector<int>& shape, TensorReader& reader) {
  const TensorPlan& plan = plan_of(name, FailureKind::checkpoint);
  if (plan.shape != shape) {
    throw FailureError(FailureKind::checkpoint,
                       "[weights] shape, expected " + to_string(shape) + ", got " + to_string(plan.shape),
                       name);
  }
  if (auto provided = provided_.extract(name)) return provided.mapped().finish();
  const mx::Dtype dtype = final_dtype(name, plan);
  // Of what JavaScript was to provide nothing came.
  if (plan.file.empty()) return TensorBuilder(name, plan, dtype).finish();
  const TensorMemory memory = allocate_tensor(name, plan, dtype);
  reader.add(plan, memory);
  return memory.array;
}

const TensorPlan& WeightLoader::plan_of(const std::string& name, FailureKind kind) const {
  const auto found = plan_.tensors.find(name);
  if (found != plan_.tensors.end()) return found->second;
  throw FailureError(kind, "[weights] tensor, expected in the checkpoint, got none", name);
}

// Floats become the compute dtype, but for those that operations want as precise as they come.
mx::Dtype WeightLoader::final_dtype(const std::string& name, const TensorPlan& plan) const {
  if (!mx::issubdtype(plan.dtype, mx::floating)) return plan.dtype;
  if (plan.dtype == mx::float32 && kept_in_float32_.contains(name)) return plan.dtype;
  if (converts_floats(plan.dtype, plan_.dtype)) return plan_.dtype;
  throw FailureError(FailureKind::checkpoint, "[weights] dtype, expected 16 or 32 bit floats, got others", name);
}

}  // namespace mlxengine
