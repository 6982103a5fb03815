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
    const auto found = plan_.quantizations.find(declaration.path);
    if (found != plan_.quantizations.end() && declaration.matrix) return load_quantized(declaration, found->second);
    LoadedWeight loaded{compute(tensor(declaration.path + ".weight", declaration.shape))};
    load_bias(declaration, loaded);
    return loaded;
  }

 private:
  LoadedWeight load_quantized(const Weight& declaration, const Quantization& quantization) {
    const int out = declaration.shape[0];
    const int in = declaration.shape[1];
    if (in % quantization.group_size != 0 || in * quantization.bits % 32 != 0) {
      throw FailureError(FailureKind::checkpoint,
                         "[weights] columns, expected whole groups, got " + std::to_string(in),
                         declaration.path);
    }
    const std::vector<int> groups{out, in / quantization.group_size};
    LoadedWeight loaded{tensor(declaration.path + ".weight", {out, in * quantization.bits / 32})};
    if (loaded.weight.dtype() != mx::uint32) {
      throw FailureError(FailureKind::checkpoint,
                         "[weights] quantized dtype, expected U32, got another",
                         declaration.path + ".weight");
    }
    loaded.scales = compute(tensor(declaration.path + ".scales", groups));
    loaded.biases = compute(tensor(declaration.path + ".biases", groups));
    loaded.quantization = quantization;
    load_bias(declaration, loaded);
    return loaded;
  }

  void load_bias(const Weight& declaration, LoadedWeight& loaded) {
    if (declaration.bias) loaded.bias = compute(tensor(declaration.path + ".bias", {declaration.shape[0]}));
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
