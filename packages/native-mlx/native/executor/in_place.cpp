#include "executor/in_place.h"

#include <mlx/allocator.h>
#include <mlx/primitives.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Moves a buffer's ownership out of its array for as long as it lives, so that an array of its own, which nobody else
// holds, can be donated to a primitive. Others go on holding the emptied owner, and nobody looks into it meanwhile:
// commands in flight were given pointers, and arrays are evaluated by one thread.
class BorrowedBuffer {
 public:
  explicit BorrowedBuffer(const mx::array& owner)
      : owner_(owner.data_shared_ptr().get()), borrowed_(std::move(*owner_), owner.shape(), owner.dtype()) {
    data_ = borrowed_.data_shared_ptr().get();
  }
  ~BorrowedBuffer() {
    // The primitive's output still shares it.
    std::destroy_at(owner_);
    std::construct_at(owner_, std::move(*data_));
  }
  BorrowedBuffer(const BorrowedBuffer&) = delete;
  BorrowedBuffer& operator=(const BorrowedBuffer&) = delete;

  // Once: an array with two holders is not donated.
  mx::array take() { return std::move(borrowed_); }

 private:
  mx::allocator::Data* owner_;
  mx::array borrowed_;
  mx::allocator::Data* data_;
};

class InPlace : public mx::Primitive {
 public:
  explicit InPlace(std::shared_ptr<mx::Primitive> update) : Primitive(update->stream()), update_(std::move(update)) {}

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    run(inputs, outputs, [this](const auto& own) { update_->eval_cpu(own.first, own.second); });
  }
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    run(inputs, outputs, [this](const auto& own) { update_->eval_gpu(own.first, own.second); });
  }
  const char* name() const override { return "InPlace"; }

 private:
  using Arrays = std::vector<mx::array>;

  template <typename Evaluate>
  static void run(const Arrays& inputs, Arrays& outputs, Evaluate evaluate) {
    const mx::array& target = inputs[0];
    const bool is_whole = target.flags().row_contiguous && target.offset() == 0 && target.data_size() == target.size();
    if (!is_whole || !target.data_shared_ptr()->is_owned()) {
      evaluate(std::pair<const Arrays&, Arrays&>(inputs, outputs));
      return;
    }
    Arrays own = inputs;
    // What else shares the buffer, such as one slot that is moved to another, would look into the emptied owner.
    for (size_t i = 1; i < own.size(); i++) {
      if (own[i].data_shared_ptr() == target.data_shared_ptr()) own[i] = mx::array::unsafe_weak_copy(own[i]);
    }
    bool is_written = false;
    {
      BorrowedBuffer borrowed(target);
      own[0] = borrowed.take();
      const auto buffer = own[0].data_shared_ptr().get();
      evaluate(std::pair<const Arrays&, Arrays&>(own, outputs));
      is_written = outputs[0].data_shared_ptr().get() == buffer;
    }
    // A buffer that is much too large for its array is not donated; then the output is a copy of its own.
    if (is_written) outputs[0].copy_shared_buffer(target);
  }

  std::shared_ptr<mx::Primitive> update_;
};

// An update of a whole array is none to MLX, which takes the new content as it is, whatever made it.
bool is_update(const mx::Primitive& primitive) {
  const std::string_view name = primitive.name();
  return name.starts_with("SliceUpdate") || name.starts_with("DynamicSliceUpdate") || name.starts_with("Scatter");
}

}  // namespace

mx::array in_place(const mx::array& update) {
  if (!update.has_primitive() || !is_update(update.primitive())) return update;
  return mx::array(update.shape(), update.dtype(), std::make_shared<InPlace>(update.primitive_ptr()), update.inputs());
}

}  // namespace mlxengine
