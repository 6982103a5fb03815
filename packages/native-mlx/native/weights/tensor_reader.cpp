#include "weights/tensor_reader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "weights/float_conversion.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Between two looks at the cancellation.
constexpr uint64_t piece_bytes = uint64_t{4} << 20;

// What is held of a tensor that is converted: small enough to stay in a core's cache between the two.
constexpr uint64_t buffer_bytes = uint64_t{256} << 10;

// More of them only wait for the disk or for the memory.
constexpr size_t max_threads = 4;

}  // namespace

void TensorReader::add(const TensorPlan& plan, const TensorMemory& tensor) {
  auto& file = files_[plan.file];
  if (!file) file = std::make_unique<FileReader>(plan.file);
  const mx::Dtype to = tensor.array.dtype();
  for (uint64_t done = 0; done < plan.byte_length; done += piece_bytes) {
    uint8_t* target = tensor.bytes + done / plan.dtype.size() * to.size();
    const uint64_t length = std::min(piece_bytes, plan.byte_length - done);
    pieces_.push_back({file.get(), plan.byte_offset + done, length, target, plan.dtype, to});
  }
}

void TensorReader::read(const Cancellation& cancellation, const std::function<void(uint64_t)>& on_progress) const {
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> read_bytes{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    try {
      std::vector<uint8_t> buffer;
      for (size_t i = next++; i < pieces_.size() && !failed; i = next++) {
        cancellation.throw_if_cancelled();
        read_piece(pieces_[i], buffer);
        read_bytes += pieces_[i].length;
      }
    } catch (...) {
      failed = true;
      throw;
    }
  };
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  // They end before what they work on does, whatever happens here. Where no thread can be had, `get` does the work.
  std::vector<std::future<void>> threads;
  for (size_t i = 0; i < std::min({max_threads, cores, pieces_.size()}); i++)
    threads.push_back(std::async(std::launch::async | std::launch::deferred, work));
  for (std::future<void>& thread : threads) {
    while (thread.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout) on_progress(read_bytes);
    thread.get();
  }
  on_progress(read_bytes);
}

void TensorReader::read_piece(const Piece& piece, std::vector<uint8_t>& buffer) {
  if (piece.from == piece.to) return piece.file->read(piece.target, piece.length, piece.offset);
  buffer.resize(buffer_bytes);
  for (uint64_t done = 0; done < piece.length; done += buffer_bytes) {
    const uint64_t length = std::min(buffer_bytes, piece.length - done);
    piece.file->read(buffer.data(), length, piece.offset + done);
    const uint64_t first = done / piece.from.size();
    convert_floats(
        buffer.data(), piece.from, piece.target + first * piece.to.size(), piece.to, length / piece.from.size());
  }
}

}  // namespace mlxengine
