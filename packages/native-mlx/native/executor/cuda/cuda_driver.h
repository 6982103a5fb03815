#pragma once

#include <mlx/array.h>
#include <mlx/stream.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mlxengine {

// A compiled kernel as CUDA's driver knows it; lives as long as the process.
using CudaFunction = void*;

struct CudaExtent {
  unsigned int x = 1;
  unsigned int y = 1;
  unsigned int z = 1;
};

// How a kernel is launched among MLX's own, in MLX's stream and its graph of dependencies.
struct CudaLaunch {
  CudaFunction function;
  CudaExtent grid;
  CudaExtent block;
  unsigned int shared_bytes = 0;
};

// What own kernels need of CUDA and of MLX's CUDA backend, found at run time: the same addon runs where there is
// neither. Every use is the owner thread's.
class CudaDriver {
 public:
  // None where the default device is not CUDA's, or where this MLX is not laid out as expected.
  static std::shared_ptr<const CudaDriver> open();

  // Compiles kernels for this device. Fails with NVRTC's text.
  std::vector<char> compile(const std::string& source) const;
  CudaFunction load(const std::vector<char>& compiled, const char* name, unsigned int shared_bytes) const;

  // Where an evaluated array lies on the device.
  static void* address_of(const mlx::core::array& array);

  void* encoder_of(mlx::core::Stream stream) const;
  void reads(void* encoder, const mlx::core::array& array) const { set_input_array_(encoder, array); }
  void writes(void* encoder, const mlx::core::array& array) const { set_output_array_(encoder, array); }
  void launch(void* encoder, const CudaLaunch& launch, void** arguments) const;

 private:
  CudaDriver() = default;
  bool find_mlx();
  bool find_cuda();
  bool find_compiler();
  static bool addresses_are_readable();

  template <typename Function>
  using Pointer = Function*;

  Pointer<void(void*, const mlx::core::array&)> set_input_array_ = nullptr;
  Pointer<void(void*, const mlx::core::array&)> set_output_array_ = nullptr;
  Pointer<void*(mlx::core::Stream)> get_command_encoder_ = nullptr;
  Pointer<void(void*, CudaFunction, CudaExtent, CudaExtent, CudaExtent, uint32_t, void**)> add_kernel_node_ = nullptr;

  Pointer<int(void**, const void*)> load_module_ = nullptr;
  Pointer<int(CudaFunction*, void*, const char*)> get_function_ = nullptr;
  Pointer<int(CudaFunction, int, int)> set_attribute_ = nullptr;

  Pointer<int(void**, const char*, const char*, int, const char* const*, const char* const*)> create_program_ = nullptr;
  Pointer<int(void*, int, const char* const*)> compile_program_ = nullptr;
  Pointer<int(void**)> destroy_program_ = nullptr;
  Pointer<int(void*, size_t*)> compiled_size_ = nullptr;
  Pointer<int(void*, char*)> compiled_ = nullptr;
  Pointer<int(void*, size_t*)> log_size_ = nullptr;
  Pointer<int(void*, char*)> log_ = nullptr;
  std::string architecture_;
};

}  // namespace mlxengine
