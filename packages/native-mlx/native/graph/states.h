#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mlxengine {

struct KVState {
  std::string name;
  int heads;
  int key_dimension;
  int value_dimension;
  std::optional<int> window;  // only so many of the latest tokens are ever read again
};

struct LatentState {
  std::string name;
  int rank;
  int rope_dimension;
};

// [width, channels], zeros at first.
struct RollingState {
  std::string name;
  int channels;
  int width;
};

// float32, zeros at first.
struct MatrixState {
  std::string name;
  std::vector<int> shape;
};

using State = std::variant<KVState, LatentState, RollingState, MatrixState>;

}  // namespace mlxengine
