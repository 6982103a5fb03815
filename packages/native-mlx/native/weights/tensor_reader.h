#pragma once

#include <mlx/dtype.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/cancellation.h"
#include "weights/file_reader.h"
#include "weights/tensor_memory.h"
#include "weights/tensor_plan.h"

namespace mlxengine {

// Reads tensors from files into their memory, in pieces, by several threads: one alone neither fills fresh memory nor
// converts as fast as the page cache gives. Beside the tensors it holds a small buffer a thread. The plans and the
// tensors' memory must outlive it.
class TensorReader {
 public:
  // Adds a tensor, whose file is opened at once.
  void add(const TensorPlan& plan, const TensorMemory& tensor);

  // Reads all that were added; the progress is in bytes of files. After an exception the tensors hold anything.
  void read(const Cancellation& cancellation, const std::function<void(uint64_t read_bytes)>& on_progress) const;

 private:
  // Whole elements of a tensor.
  struct Piece {
    const FileReader* file;
    uint64_t offset;
    uint64_t length;
    uint8_t* target;
    mlx::core::Dtype from;
    mlx::core::Dtype to;
  };

  static void read_piece(const Piece& piece, std::vector<uint8_t>& buffer);

  std::map<std::string, std::unique_ptr<FileReader>> files_;
  std::vector<Piece> pieces_;
};

}  // namespace mlxengine
