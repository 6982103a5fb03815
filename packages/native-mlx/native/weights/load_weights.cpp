#include "weights/load_weights.h"

#include <mlx/allocator.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <cstring>
#include <memory>
#include <sstream>

#include "weights/file_reader.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Between two looks at the cancellation.
constexpr uint64_t read_step = uint64_t{64} << 20;

std::string to_string(const std::vector<int>& shape) {
  std::ostringstream text;
  text << '[';
  for (size_t i = 0; i < shape.size(); i++) text << (i ? ", " : "") << shape[i];
  text << ']';
  return text.str();
}

class Loader {
 public:
  Loader(LoadPlan plan, const Cancellation& cancellation, const std::function<void(uint64_t)>& on_progress)
      : plan_(std::move(plan)), cancellation_(cancellation), on_progress_(on_progress) {}

  LoadedWeight load(const Weight& declaration) {
    if (declaration.kind == WeightKind::tensor) {
      auto loaded = tensor(declaration.path, declaration.shape);
      return {loaded.dtype() == mx::float32 ? loaded : compute(std::move(loaded))};
    }
    const auto found = plan_.quantizations.find(declaration.path);
    const bool quantizable = declaration.kind == WeightKind::matrix || declaration.kind == WeightKind::stack;
    if (found != plan_.quantizations.end() && quantizable) return load_quantized(declaration, found->second);
    LoadedWeight loaded{compute(tensor(declaration.path + ".weight", declaration.shape))};
    load_bias(declaration, loaded);
    return loaded;
  }

 private:
  LoadedWeight load_quantized(const Weight& declaration, const Quantization& quantization) {
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
    LoadedWeight loaded{tensor(path + ".weight", of_columns(in * quantization.bits / 32))};
    expect_dtype(loaded.weight, mx::uint32, "U32", path + ".weight");
    auto scales = tensor(path + ".scales", of_columns(in / quantization.group_size));
    if (quantization.mode == "affine") {
      loaded.scales = compute(std::move(scales));
      loaded.biases = compute(tensor(path + ".biases", of_columns(in / quantization.group_size)));
    } else {
      expect_dtype(scales, mx::uint8, "U8", path + ".scales");
      loaded.scales = std::move(scales);
    }
    if (quantization.global_scale) loaded.global_factor = global_factor(declaration);
    loaded.quantization = quantization;
    load_bias(declaration, loaded);
    return loaded;
  }

  // The checkpoint holds the greatest magnitude, which stands for the greatest E4M3 scale times the greatest E2M1.
  mx::array global_factor(const Weight& declaration) {
    constexpr float greatest = 448.0F * 6.0F;
    const std::string name = declaration.path + ".global_scale";
    const bool is_stack = declaration.kind == WeightKind::stack;
    const auto found = plan_.tensors.find(name);
    const bool is_vector = found != plan_.tensors.end() && found->second.shape.size() == 1;
    const std::vector<int> one = is_vector ? std::vector<int>{1} : std::vector<int>{};
    const auto scale = tensor(name, is_stack ? std::vector<int>{declaration.shape[0]} : one);
    expect_dtype(scale, mx::float32, "F32", name);
    auto factor = mx::multiply(is_stack ? scale : mx::reshape(scale, {}), mx::array(1.0F / greatest));
    mx::eval(factor);
    return factor;
  }

  void load_bias(const Weight& declaration, LoadedWeight& loaded) {
    if (!declaration.bias) return;
    std::vector<int> shape = declaration.shape;
    if (shape.size() > 1) shape.pop_back();
    loaded.bias = compute(tensor(declaration.path + ".bias", shape));
  }

  static void expect_dtype(const mx::array& loaded, mx::Dtype dtype, const char* expected, const std::string& name) {
    if (loaded.dtype() == dtype) return;
    throw FailureError(
        FailureKind::checkpoint, std::string("[weights] dtype, expected ") + expected + ", got another", name);
  }

  mx::array tensor(const std::string& name, const std::vector<int>& shape) {
    const auto found = plan_.tensors.find(name);
    if (found == plan_.tensors.end()) {
      throw FailureError(FailureKind::checkpoint, "[weights] tensor, expected in the checkpoint, got none", name);
    }
    TensorPlan& plan = found->second;
    if (plan.shape != shape) {
      throw FailureError(FailureKind::checkpoint,
                         "[weights] shape, expected " + to_string(shape) + ", got " + to_string(plan.shape),
                         name);
    }
    mx::Shape dimensions(shape.begin(), shape.end());
    auto data = allocate(name, plan.byte_length);
    auto* target = static_cast<uint8_t*>(data.buffer().raw_ptr());
    if (plan.file.empty()) {
      std::memcpy(target, plan.bytes.data(), plan.byte_length);
    } else {
      read(plan, target);
    }
    mx::array loaded(std::move(data), std::move(dimensions), plan.dtype);
    plan.bytes = {};
    return loaded;
  }

  mx::allocator::Data allocate(const std::string& name, uint64_t byte_length) {
    try {
      return mx::allocator::malloc(byte_length);
    } catch (const std::exception& error) {
      throw FailureError(Failure{FailureKind::memory, error.what(), name, static_cast<double>(byte_length)});
    }
  }

  void read(const TensorPlan& plan, uint8_t* target) {
    if (!file_ || file_->path() != plan.file) file_ = std::make_unique<FileReader>(plan.file);
    for (uint64_t done = 0; done < plan.byte_length;) {
      cancellation_.throw_if_cancelled();
      const uint64_t step = std::min(read_step, plan.byte_length - done);
      file_->read(target + done, step, plan.byte_offset + done);
      done += step;
      loaded_bytes_ += step;
      on_progress_(loaded_bytes_);
    }
  }

  // Floats become the compute dtype at once, so that the checkpoint's copy is gone before the next tensor comes.
  mx::array compute(mx::array loaded) {
    if (!mx::issubdtype(loaded.dtype(), mx::floating)) {
      throw FailureError(FailureKind::checkpoint, "[weights] dtype, expected floats, got integers");
    }
    if (loaded.dtype() == plan_.dtype) return loaded;
    auto converted = mx::astype(loaded, plan_.dtype);
    mx::eval(converted);
    return converted;
  }

  LoadPlan plan_;
  const Cancellation& cancellation_;
  const std::function<void(uint64_t)>& on_progress_;
  std::unique_ptr<FileReader> file_;
  uint64_t loaded_bytes_ = 0;
};

}  // namespace

LoadedWeights load_weights(const Graph& graph,
                           LoadPlan plan,
                           const Cancellation& cancellation,
                           const std::function<void(uint64_t)>& on_progress) {
  Loader loader(std::move(plan), cancellation, on_progress);
  LoadedWeights weights;
  weights.reserve(graph.weights.size());
  for (const Weight& declaration : graph.weights) {
    cancellation.throw_if_cancelled();
    weights.push_back(loader.load(declaration));
  }
  return weights;
}

}  // namespace mlxengine
