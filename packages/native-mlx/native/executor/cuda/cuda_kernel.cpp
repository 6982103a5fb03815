#include "executor/cuda/cuda_kernel.h"

#include <mlx/ops.h>
#include <mlx/primitives.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <utility>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

using Use = CudaArrays::Use;

class KernelCalls : public mx::Primitive {
 public:
  KernelCalls(std::shared_ptr<const CudaDriver> driver,
              std::vector<CudaSequence::Launch> launches,
              std::vector<mx::array> outputs)
      : Primitive(mx::default_stream(mx::Device::gpu)),
        driver_(std::move(driver)),
        launches_(std::move(launches)),
        outputs_(std::move(outputs)) {}

  void eval_cpu(const std::vector<mx::array>&, std::vector<mx::array>&) override {
    throw std::runtime_error("[cuda] kernel, expected CUDA's device, got another");
  }

  void eval_gpu(const std::vector<mx::array>&, std::vector<mx::array>& outputs) override {
    for (size_t i = 0; i < outputs.size(); i++) outputs[i].copy_shared_buffer(outputs_[i]);
    void* encoder = driver_->encoder_of(stream());
    std::vector<const void*> written;
    for (auto& launch : launches_) encode(launch, encoder, written);
  }

  const char* name() const override { return "CudaKernels"; }

 private:
  static constexpr size_t most_arguments = 24;

  // What a launch reads of one before it counts as written: memory that passes values on is written again by others,
  // who have to wait for this launch too.
  void encode(CudaSequence::Launch& launch, void* encoder, std::vector<const void*>& written) const {
    std::array<void*, most_arguments> addresses;
    std::array<void*, most_arguments> arguments;
    size_t used = 0;
    for (const auto& [array, use] : launch.arrays.entries()) {
      arguments[used] = &addresses[used];
      addresses[used++] = array ? CudaDriver::address_of(*array) : nullptr;
      if (!array) continue;
      if (!array->flags().row_contiguous) throw std::runtime_error("[cuda] array, expected whole rows, got parts");
      const void* buffer = array->buffer().ptr();
      const bool passes = std::find(written.begin(), written.end(), buffer) != written.end();
      if (use == Use::read && !passes) {
        driver_->reads(encoder, *array);
      } else {
        driver_->writes(encoder, *array);
        if (!passes) written.push_back(buffer);
      }
    }
    for (size_t i = 0; i < launch.scalars.count(); i++) arguments[used++] = launch.scalars.at(i);
    driver_->launch(encoder, launch.launch, arguments.data());
  }

  std::shared_ptr<const CudaDriver> driver_;
  std::vector<CudaSequence::Launch> launches_;
  // Where the outputs lie: memory, or inputs that were updated.
  std::vector<mx::array> outputs_;
};

constexpr size_t least_bytes = 256;
constexpr int added_at_once = 16;
constexpr size_t most_added_bytes = size_t{8} << 20;

}  // namespace

void CudaBuffers::add(size_t bytes) {
  const int count = bytes * added_at_once <= most_added_bytes ? added_at_once : 1;
  std::vector<mx::array> made;
  for (int i = 0; i < count; i++) made.push_back(mx::zeros({static_cast<int>(bytes / 4)}, mx::uint32));
  mx::eval(made);
  for (auto& array : made) kept_[bytes].push_front(std::move(array));
}

mx::array CudaBuffers::take(const mx::Shape& shape, mx::Dtype dtype) {
  mx::array made(shape, dtype, nullptr, {});
  size_t bytes = least_bytes;
  while (bytes < made.nbytes()) bytes *= 2;
  auto& kept = kept_[bytes];
  if (kept.empty() || kept.front().data_shared_ptr().use_count() > 1) add(bytes);
  mx::array buffer = std::move(kept.front());
  kept.pop_front();
  mx::Strides strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  mx::array::Flags flags;
  flags.contiguous = true;
  flags.row_contiguous = true;
  flags.col_contiguous = made.size() == static_cast<size_t>(shape.back());
  made.copy_shared_buffer(buffer, strides, flags, made.size());
  kept.push_back(std::move(buffer));
  return made;
}

std::vector<mx::array> CudaSequence::run(std::vector<mx::array> inputs,
                                         std::vector<mx::array> made,
                                         const std::vector<mx::array>& updated) && {
  made.insert(made.end(), updated.begin(), updated.end());
  std::vector<mx::Shape> shapes;
  std::vector<mx::Dtype> dtypes;
  for (const mx::array& output : made) {
    shapes.push_back(output.shape());
    dtypes.push_back(output.dtype());
  }
  auto calls = std::make_shared<KernelCalls>(driver_, std::move(launches_), std::move(made));
  return mx::array::make_arrays(std::move(shapes), dtypes, std::move(calls), inputs);
}

}  // namespace mlxengine
