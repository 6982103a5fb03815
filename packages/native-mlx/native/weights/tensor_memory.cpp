#include "weights/tensor_memory.h"

#include <mlx/allocator.h>

#ifdef __linux__
#include <mlx/backend/cuda/cuda.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Fresh memory of a large tensor comes in pages of 2 MiB where the system lets a process ask for them, which halves the
// time until all of it was touched. What CUDA manages has rules of its own.
void advise_large_pages([[maybe_unused]] uint8_t* bytes, [[maybe_unused]] uint64_t length) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uint64_t large_page = uint64_t{2} << 20;
  if (length < 2 * large_page || mx::cu::is_available()) return;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t first = (reinterpret_cast<uintptr_t>(bytes) + page - 1) / page * page;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(bytes) + length) / page * page;
  // Where it is refused, pages are small as ever.
  static_cast<void>(madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE));
#endif
}

}  // namespace

TensorMemory allocate_tensor(const std::string& name, const TensorPlan& plan, mx::Dtype dtype) {
  const uint64_t length = plan.byte_length / plan.dtype.size() * dtype.size();
  try {
    auto data = mx::allocator::malloc(length);
    auto* bytes = static_cast<uint8_t*>(data.buffer().raw_ptr());
    // The CPU's allocator does not say itself that it got nothing.
    if (bytes == nullptr && length > 0) throw std::bad_alloc();
    advise_large_pages(bytes, length);
    return {mx::array(std::move(data), mx::Shape(plan.shape.begin(), plan.shape.end()), dtype), bytes};
  } catch (const std::exception& error) {
    throw FailureError(Failure{FailureKind::memory, error.what(), name, static_cast<double>(length)});
  }
}

}  // namespace mlxengine
