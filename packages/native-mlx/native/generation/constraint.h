#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace mlxengine {

// What a grammar says of the next token: that it is forced, or which may come (bit t of the mask).
struct Choice {
  std::optional<uint32_t> forced;
  std::vector<uint32_t> mask;
};

// The grammar of one request. It lives in JavaScript, so asking it is a call across threads: once a token.
class Constraint {
 public:
  virtual ~Constraint() = default;
  // Blocks the owner thread until JavaScript has answered; throws where it failed or left.
  virtual Choice next() = 0;
};

}  // namespace mlxengine
