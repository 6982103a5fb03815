#pragma once

#include <mlx/array.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "generation/request.h"

namespace mlxengine {

// A token of a request's history: on the host, or in an array that nobody has read yet.
struct HistoryToken {
  uint32_t value = 0;                      // the token, or its row in `tokens`
  std::optional<mlx::core::array> tokens;  // absent: it is on the host
};

// How one request's tokens are drawn, and what it has so far. Copies are cheap and independent, so to go back to a
// point, keep a copy of it.
class RequestSampler {
 public:
  // The tokens are the prompt and, where an answer goes on, what there is of it: `chosen` tokens at the end.
  RequestSampler(const SamplingParameters& parameters,
                 std::optional<int> log_probabilities,
                 const std::vector<uint32_t>& tokens,
                 int chosen = 0);

  const SamplingParameters& parameters() const { return parameters_; }
  // How many of the likeliest tokens to tell of with each token; absent: nothing is to be told.
  std::optional<int> log_probabilities() const { return log_probabilities_; }
  // Tokens chosen so far, which is the index of the next draw.
  int chosen() const { return chosen_; }

  // The next token is that of a row of `tokens`, a uint32 array of one dimension which need not be read.
  void advance(const mlx::core::array& tokens, int row);
  // The next token, where the host knows it.
  void advance(uint32_t token);
  // What the oldest token given as a row turned out to be. Not telling costs memory, nothing else.
  void settle(uint32_t token);

  // Tokens that rows with `ahead` > 0 of the calls up to the next `advance` take for chosen.
  void suppose(const std::vector<uint32_t>& drafted);
  void suppose(const mlx::core::array& drafted);

  // The last tokens, at most `count`, as a row sees them that is `ahead`.
  std::vector<HistoryToken> last_tokens(int count, int ahead) const;

 private:
  void remember(HistoryToken token);

  SamplingParameters parameters_;
  std::optional<int> log_probabilities_;
  int chosen_;
  // The longest context of any penalty; 0: there is none, and nothing is remembered.
  int context_;
  std::vector<HistoryToken> history_;
  std::vector<HistoryToken> supposed_;
};

}  // namespace mlxengine
