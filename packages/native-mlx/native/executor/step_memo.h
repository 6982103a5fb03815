#pragma once

#include <mlx/array.h>

#include <array>
#include <cstdint>
#include <map>

namespace mlxengine {

// Arrays that a step makes once for all of its layers.
class StepMemo {
 public:
  enum class Kind : int64_t { starts, slots, indices, positions, mask };

  using Numbers = std::array<int64_t, 8>;

  // What tells an array from others of its kind: the rows, and numbers.
  struct Key {
    Kind kind;
    const void* group;
    int ahead;
    int count;
    Numbers numbers;

    auto operator<=>(const Key&) const = default;
  };

  template <typename Make>
  mlx::core::array get(const Key& key, Make make) {
    const auto found = arrays_.find(key);
    return found != arrays_.end() ? found->second : arrays_.emplace(key, make()).first->second;
  }

 private:
  std::map<Key, mlx::core::array> arrays_;
};

}  // namespace mlxengine
