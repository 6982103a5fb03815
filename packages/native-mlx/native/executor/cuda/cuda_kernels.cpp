#include "executor/cuda/cuda_kernels.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "executor/cuda/kernel_sources.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int warps = 8;
constexpr int threads = 32 * warps;
// Words of 32 bits that a lane reads of a row at once.
constexpr int most_words = 4;
constexpr int least_columns = 256;
constexpr int multiprocessors = 132;
// Of eight rows in shared memory.
constexpr int most_columns = 12288;

int columns_of(const LoadedWeight& weight) {
  return weight.weight.shape(1) * 32 / weight.quantization->bits;
}

int words_of(const LoadedWeight& weight) {
  const Quantization& format = *weight.quantization;
  const int per_word = 32 / format.bits;
  for (int words = most_words; words > 0; words /= 2) {
    const int lane = words * per_word;
    if (lane >= 8 && lane <= format.group_size && columns_of(weight) % (32 * lane) == 0) return words;
  }
  return 0;
}

// Rows of outputs a warp makes: more share the reading of activations, fewer keep all multiprocessors busy.
int rows_per_warp(int outputs, bool gated) {
  if (gated) return outputs >= 4 * warps * multiprocessors ? 2 : 1;
  if (outputs >= 32 * warps * multiprocessors) return 4;
  return outputs >= 2 * warps * multiprocessors ? 2 : 1;
}

int activation_number(const std::optional<GatedActivation>& activation) {
  if (!activation) return 0;
  return *activation == GatedActivation::silu ? 1 : 2;
}

unsigned int count_of(int whole, int part) {
  return static_cast<unsigned int>((whole + part - 1) / part);
}

}  // namespace

CudaKernels::CudaKernels(std::shared_ptr<const CudaDriver> driver, mx::Dtype dtype)
    : driver_(std::move(driver)), dtype_(dtype) {}

std::shared_ptr<CudaKernels> CudaKernels::open(mx::Dtype dtype) {
  // Off unless asked for, until all of it has run on a device: so far each kernel has by itself.
  const char* wanted = std::getenv("MLXENGINE_CUDA_KERNELS");
  if (wanted == nullptr || std::string_view(wanted) != "1") return nullptr;
  if (dtype != mx::bfloat16 && dtype != mx::float16) return nullptr;
  auto driver = CudaDriver::open();
  return driver ? std::shared_ptr<CudaKernels>(new CudaKernels(std::move(driver), dtype)) : nullptr;
}

bool CudaKernels::fits(const LoadedWeight& weight) {
  if (!weight.quantization || weight.global_factor || weight.weight.ndim() != 2) return false;
  const Quantization& format = *weight.quantization;
  const bool is_plain = format.mode == "affine" && (format.bits == 4 || format.bits == 8);
  return is_plain && words_of(weight) > 0 && columns_of(weight) % least_columns == 0 &&
         columns_of(weight) <= most_columns;
}

bool CudaKernels::pays(const LoadedWeight& weight, int rows) {
  // Measured on an H100 against MLX's kernels for matrices, which take few rows like eight.
  constexpr int always = 4;
  constexpr int64_t small = int64_t{16} << 20;
  const int64_t count = int64_t{weight.weight.shape(0)} * columns_of(weight);
  return rows <= always || (rows <= most_projected && count <= small);
}

bool CudaKernels::fits(const HeadsLayout& layout) {
  const int group = layout.query_heads / layout.key_heads;
  const bool is_even = layout.query_heads % layout.key_heads == 0 && group <= 8;
  const bool has_width = layout.dimensions == 64 || layout.dimensions == 128;
  return is_even && has_width && layout.rotary_dimensions % 64 == 0 && layout.rotary_dimensions <= layout.dimensions &&
         layout.query_norm.has_value() == layout.key_norm.has_value();
}

bool CudaKernels::fits(GatedActivation activation) {
  return activation == GatedActivation::silu || activation == GatedActivation::gelu_tanh;
}

std::string CudaKernels::text_of(Source source, const Settings& settings) const {
  static const std::vector<const char*> project{
      "BITS", "GROUP", "WORDS", "ROWS", "M", "WARPS", "NORM", "ACTIVATION", "BIAS", "RESIDUAL"};
  static const std::vector<const char*> attend{
      "D", "QUERY_HEADS", "KEY_HEADS", "ROTARY", "NORM", "WINDOW", "MOST_ROWS"};
  static const std::vector<const char*> add_norm;
  static const std::vector<const char*> gate{"ACTIVATION"};
  struct Text {
    const char* body;
    const std::vector<const char*>& names;
  };
  const std::array<Text, 4> texts{Text{cuda_source::project_rows, project},
                                  Text{cuda_source::attend_rows, attend},
                                  Text{cuda_source::add_norm, add_norm},
                                  Text{cuda_source::gate_rows, gate}};
  const Text& text = texts[static_cast<size_t>(source)];
  std::string made = cuda_source::common;
  made += std::string("using ELEMENT = ") + (dtype_ == mx::bfloat16 ? "BFloat16" : "Float16") + ";\n";
  for (size_t i = 0; i < text.names.size(); i++)
    made += std::string("constexpr int ") + text.names[i] + " = " + std::to_string(settings[i]) + ";\n";
  return made + text.body;
}

CudaKernels::Kernel& CudaKernels::kernel(Source source, const Settings& settings) {
  const std::pair key{source, settings};
  const auto found = kernels_.find(key);
  if (found != kernels_.end()) return found->second;
  const auto compile = [driver = driver_, text = text_of(source, settings)] { return driver->compile(text); };
  return kernels_.emplace(key, Kernel{std::async(std::launch::async, compile).share()}).first->second;
}

CudaFunction CudaKernels::function_of(Kernel& kernel, const char* name, unsigned int shared_bytes) {
  if (!kernel.function) kernel.function = driver_->load(kernel.compiled.get(), name, shared_bytes);
  return kernel.function;
}

CudaKernels::Settings CudaKernels::projection_settings(const Projection& projection, int rows) {
  const Quantization& format = *projection.weight.quantization;
  const int outputs = projection.weight.weight.shape(0) / (projection.gate ? 2 : 1);
  return {format.bits,
          format.group_size,
          words_of(projection.weight),
          rows_per_warp(outputs, projection.gate.has_value()),
          rows,
          warps,
          projection.norm.has_value(),
          activation_number(projection.gate),
          projection.weight.bias.has_value(),
          projection.residual.has_value()};
}

CudaKernels::Settings CudaKernels::layout_settings(const HeadsLayout& layout) {
  return {layout.dimensions,
          layout.query_heads,
          layout.key_heads,
          layout.rotary_dimensions,
          layout.query_norm.has_value(),
          layout.window,
          most_attended};
}

void CudaKernels::prepare(const Projection& projection) {
  awaited_.push_back(&kernel(Source::project, projection_settings(projection, 1)));
  for (int rows = 2; rows <= most_projected; rows++) {
    // Between are only padded steps.
    const bool is_met = rows <= 4 || rows == most_projected;
    if (is_met && pays(projection.weight, rows)) kernel(Source::project, projection_settings(projection, rows));
  }
}

void CudaKernels::prepare(const HeadsLayout& layout) {
  awaited_.push_back(&kernel(Source::attend, layout_settings(layout)));
  awaited_.push_back(&kernel(Source::add_norm, {}));
}

void CudaKernels::finish_preparation() {
  for (Kernel* kernel : awaited_) kernel->compiled.get();
  awaited_.clear();
}

bool CudaKernels::is_ready(const Projection& projection, int rows) {
  const Kernel& made = kernel(Source::project, projection_settings(projection, rows));
  return made.function || made.compiled.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

mx::array CudaKernels::memory(const mx::Shape& shape, int place, bool is_last) {
  if (is_last) return buffers_.take(shape, dtype_);
  const std::array key{place, shape[0], shape[1]};
  const auto found = passing_.find(key);
  if (found != passing_.end()) return found->second;
  auto made = mx::zeros(shape, dtype_);
  mx::eval(made);
  return passing_.emplace(key, std::move(made)).first->second;
}

mx::array CudaKernels::project(CudaSequence& sequence, const mx::array& x, const Projection& projection, bool is_last) {
  const int rows = x.shape(0);
  const int columns = x.shape(1);
  Kernel& made = kernel(Source::project, projection_settings(projection, rows));
  const LoadedWeight& weight = projection.weight;
  const int weight_rows = weight.weight.shape(0);
  const int outputs = weight_rows / (projection.gate ? 2 : 1);
  CudaLaunch launch;
  launch.shared_bytes = static_cast<unsigned int>(x.nbytes());
  // The same kernel serves weights of other widths: room for the widest.
  launch.function = function_of(made, "project_rows", static_cast<unsigned int>(rows * most_columns * 2));
  launch.grid.x = count_of(outputs, warps * rows_per_warp(outputs, projection.gate.has_value()));
  launch.block.x = threads;
  // A sum must not lie where what it is added to does.
  const int place = projection.residual ? 0 : projection.gate ? 1 : 2;
  const auto result = memory({rows, outputs}, place, is_last);
  CudaArrays arrays;
  arrays.add(x, CudaArrays::Use::read)
      .add(projection.norm)
      .add(weight.weight)
      .add(weight.scales)
      .add(weight.biases)
      .add(weight.bias)
      .add(projection.residual)
      .writes(result);
  CudaScalars scalars;
  scalars.add(projection.epsilon).add(columns).add(weight_rows);
  sequence.add(launch, std::move(arrays), scalars);
  return result;
}

const mx::array& CudaKernels::scratch(std::optional<mx::array>& kept, int count, mx::Dtype dtype) {
  if (!kept || kept->shape(0) < count) {
    kept = mx::zeros({std::max(count, 4096)}, dtype);
    mx::eval(*kept);
  }
  return *kept;
}

mx::array CudaKernels::attend(CudaSequence& sequence,
                              const mx::array& projected,
                              const HeadsLayout& layout,
                              const HeadsStorage& storage,
                              const std::vector<int>& positions,
                              bool is_last) {
  struct {
    int at[most_attended];
  } all_positions = {};
  std::copy(positions.begin(), positions.end(), all_positions.at);
  const int rows = projected.shape(0);
  const int group = layout.query_heads / layout.key_heads;
  int longest = *std::max_element(positions.begin(), positions.end()) + 1;
  if (layout.window > 0) longest = std::min(longest, layout.window);
  // Enough blocks for every multiprocessor, and enough keys for a block.
  constexpr int keys_at_least = 128;
  const int wanted = 2 * multiprocessors / (rows * layout.key_heads);
  const int splits = std::max(1, std::min({wanted, longest / keys_at_least, 16}));
  const auto extent = [](int count) { return static_cast<unsigned int>(count); };
  CudaLaunch launch;
  launch.function = function_of(kernel(Source::attend, layout_settings(layout)), "attend_rows", 0);
  launch.grid = {extent(layout.key_heads), extent(splits), extent(rows)};
  launch.block.x = threads;
  const int heads = rows * layout.key_heads;
  const int parts = splits == 1 ? 1 : heads * splits * group * (layout.dimensions + 2);
  const auto result = memory({rows, layout.query_heads * layout.dimensions}, 3, is_last);
  CudaArrays arrays;
  arrays.add(projected)
      .add(layout.query_norm)
      .add(layout.key_norm)
      .add(layout.frequencies)
      .writes(storage.keys)
      .writes(storage.values)
      // Each launch leaves the counters at zero.
      .writes(scratch(counters_, heads, mx::uint32))
      .writes(scratch(partials_, parts, mx::float32))
      .writes(result);
  CudaScalars scalars;
  scalars.add(all_positions).add(storage.keys.shape(2)).add(layout.epsilon).add(layout.amplitude).add(layout.scale);
  sequence.add(launch, std::move(arrays), scalars);
  return result;
}

std::pair<mx::array, mx::array> CudaKernels::add_norm(const mx::array& x,
                                                      const mx::array& residual,
                                                      const mx::array& norm,
                                                      float epsilon) {
  const int columns = x.shape(1);
  CudaLaunch launch;
  launch.function = function_of(kernel(Source::add_norm, {}), "add_norm", 0);
  launch.grid.x = static_cast<unsigned int>(x.shape(0));
  launch.block.x = threads;
  const auto sum = buffers_.take(x.shape(), dtype_);
  const auto normed = buffers_.take(x.shape(), dtype_);
  CudaArrays arrays;
  arrays.add(x).add(residual).add(norm).writes(sum).writes(normed);
  CudaScalars scalars;
  scalars.add(epsilon).add(columns);
  auto calls = sequence();
  calls.add(launch, std::move(arrays), scalars);
  auto made = std::move(calls).run({x, residual}, {sum, normed});
  return {made[0], made[1]};
}

mx::array CudaKernels::gated(const mx::array& both, GatedActivation activation) {
  const int columns = both.shape(1) / 2;
  CudaLaunch launch;
  launch.function = function_of(kernel(Source::gate, {activation_number(activation)}), "gate_rows", 0);
  launch.grid = {count_of(columns, threads), static_cast<unsigned int>(both.shape(0)), 1};
  launch.block.x = threads;
  const auto result = buffers_.take({both.shape(0), columns}, dtype_);
  CudaArrays arrays;
  arrays.add(both).writes(result);
  CudaScalars scalars;
  scalars.add(columns);
  auto calls = sequence();
  calls.add(launch, std::move(arrays), scalars);
  return std::move(calls).run({both}, {result})[0];
}

}  // namespace mlxengine
