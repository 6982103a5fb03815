#include "executor/cuda/cuda_driver.h"

#include <dlfcn.h>
#include <mlx/backend/cuda/cuda.h>
#include <mlx/device.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <functional>
#include <variant>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

template <typename Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

void* open_any(const std::vector<const char*>& names) {
  for (const char* name : names) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

[[noreturn]] void fail(const std::string& what) {
  throw FailureError(FailureKind::backend, "[cuda] kernel, expected one that compiles and loads, got: " + what);
}

}  // namespace

std::shared_ptr<const CudaDriver> CudaDriver::open() {
  if (mx::default_device() == mx::Device::cpu || !mx::cu::is_available()) return nullptr;
  std::shared_ptr<CudaDriver> driver(new CudaDriver());
  // Makes the device's context this thread's.
  mx::eval(mx::zeros({1}));
  if (!driver->find_mlx() || !driver->find_cuda() || !driver->find_compiler()) return nullptr;
  return addresses_are_readable() ? driver : nullptr;
}

bool CudaDriver::find_mlx() {
  void* anywhere = RTLD_DEFAULT;
  const auto& information = mx::device_info(mx::Device(mx::Device::gpu));
  const auto found = information.find("architecture");
  if (found == information.end() || !std::holds_alternative<std::string>(found->second)) return false;
  architecture_ = std::get<std::string>(found->second);
  return find(anywhere, "_ZN3mlx4core2cu14CommandEncoder15set_input_arrayERKNS0_5arrayE", set_input_array_) &&
         find(anywhere, "_ZN3mlx4core2cu14CommandEncoder16set_output_arrayERKNS0_5arrayE", set_output_array_) &&
         find(anywhere, "_ZN3mlx4core2cu19get_command_encoderENS0_6StreamE", get_command_encoder_) &&
         find(anywhere,
              "_ZN3mlx4core2cu14CommandEncoder19add_kernel_node_rawEP9CUfunc_st4dim3S5_S5_jPPv",
              add_kernel_node_);
}

bool CudaDriver::find_cuda() {
  void* library = open_any({"libcuda.so.1"});
  return library && find(library, "cuModuleLoadData", load_module_) &&
         find(library, "cuModuleGetFunction", get_function_) && find(library, "cuFuncSetAttribute", set_attribute_);
}

bool CudaDriver::find_compiler() {
  // MLX has it open.
  void* library = open_any({"libnvrtc.so.13", "libnvrtc.so.12"});
  return library && find(library, "nvrtcCreateProgram", create_program_) &&
         find(library, "nvrtcCompileProgram", compile_program_) &&
         find(library, "nvrtcDestroyProgram", destroy_program_) && find(library, "nvrtcGetCUBINSize", compiled_size_) &&
         find(library, "nvrtcGetCUBIN", compiled_) && find(library, "nvrtcGetProgramLogSize", log_size_) &&
         find(library, "nvrtcGetProgramLog", log_);
}

// A buffer of MLX's CUDA backend begins with the address of its memory. Tried with an array that lies on the host,
// whose address MLX tells without moving it.
bool CudaDriver::addresses_are_readable() {
  const mx::array array({1.0F, 2.0F, 3.0F, 4.0F});
  return array.buffer().ptr() != nullptr && address_of(array) == static_cast<const void*>(array.data<float>());
}

void* CudaDriver::address_of(const mx::array& array) {
  const auto* buffer = static_cast<void* const*>(array.buffer().ptr());
  return static_cast<char*>(*buffer) + array.offset();
}

std::vector<char> CudaDriver::compile(const std::string& source) const {
  void* program = nullptr;
  if (create_program_(&program, source.c_str(), "mlxengine.cu", 0, nullptr, nullptr) != 0) fail("no program");
  const std::unique_ptr<void, std::function<void(void*)>> guard(program,
                                                                [this](void* made) { destroy_program_(&made); });
  const std::string target = "--gpu-architecture=" + architecture_;
  const char* options[] = {target.c_str(), "--std=c++17"};
  if (compile_program_(program, 2, options) != 0) {
    size_t length = 0;
    log_size_(program, &length);
    std::string text(length, '\0');
    log_(program, text.data());
    fail(text);
  }
  size_t length = 0;
  compiled_size_(program, &length);
  std::vector<char> compiled(length);
  compiled_(program, compiled.data());
  return compiled;
}

CudaFunction CudaDriver::load(const std::vector<char>& compiled, const char* name, unsigned int shared_bytes) const {
  constexpr int max_dynamic_shared_size_bytes = 8;
  constexpr unsigned int always_there = 48000;
  void* module = nullptr;
  CudaFunction function = nullptr;
  if (load_module_(&module, compiled.data()) != 0) fail("a module that does not load");
  if (get_function_(&function, module, name) != 0) fail(std::string("no function ") + name);
  if (shared_bytes > always_there &&
      set_attribute_(function, max_dynamic_shared_size_bytes, static_cast<int>(shared_bytes)) != 0) {
    fail("no room for " + std::to_string(shared_bytes) + " shared bytes");
  }
  return function;
}

void* CudaDriver::encoder_of(mx::Stream stream) const {
  return get_command_encoder_(stream);
}

void CudaDriver::launch(void* encoder, const CudaLaunch& launch, void** arguments) const {
  add_kernel_node_(encoder, launch.function, launch.grid, launch.block, {}, launch.shared_bytes, arguments);
}

}  // namespace mlxengine
