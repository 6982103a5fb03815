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

// The grammar of one request. It lives in JavaScript, so asking it is a call across threads, which nobody waits for:
// the answer wakes the scheduler.
class Constraint {
 public:
  virtual ~Constraint() = default;
  // Asks for the next token's choice. One question at a time.
  virtual void ask() = 0;
  // The answer to the last question, once, where it has come; throws where the grammar failed or left.
  virtual std::optional<Choice> answer() = 0;
};

}  // namespace mlxengine
