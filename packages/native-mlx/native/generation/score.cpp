#include "generation/score.h"

#include <mlx/memory.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <list>
#include <numeric>

#include "generation/read_back.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// What is in memory at one time: states of so many sequences, and logits of so many rows where no chunk size is asked
// for.
constexpr size_t max_side_by_side = 32;
constexpr int max_rows = 256;

// A sequence on its way.
struct Scoring {
  const std::vector<uint32_t>& tokens;
  ScoreResult& result;
  StateGroup state;

  int start() const { return state.length(0); }
  int left() const { return static_cast<int>(tokens.size()) - start(); }
};

// The part of a sequence that is in a step.
struct Part {
  Scoring* scoring;
  int start;
  int first_row;
  int count;
};

// Of the token after each row; the last token of all has none after it.
mx::array next_log_probabilities(const mx::array& logits, const std::vector<uint32_t>& tokens, int start, int count) {
  const auto rows = mx::slice(logits, {0, 0}, {count, logits.shape(1)});
  const auto next = mx::array(tokens.begin() + start + 1, {count, 1}, mx::uint32);
  return mx::subtract(mx::take_along_axis(rows, next, -1), mx::logsumexp(rows, -1, true));
}

class BatchScorer {
 public:
  BatchScorer(const Model& model, const ScoreRequest& request) : model_(model), request_(request) {
    event_.results.resize(request.sequences.size());
  }

  ScoreEvent run(const Cancellation& cancellation) {
    while (admit(), !active_.empty()) {
      cancellation.throw_if_cancelled();
      step();
      active_.remove_if([](const Scoring& scoring) { return scoring.left() == 0; });
    }
    mx::clear_cache();
    return std::move(event_);
  }

 private:
  void admit() {
    while (active_.size() < max_side_by_side && admitted_ < request_.sequences.size()) {
      active_.push_back({request_.sequences[admitted_], event_.results[admitted_], StateGroup(model_.graph)});
      admitted_++;
    }
  }

  int chunk() const {
    if (request_.chunk_size > 0) return request_.chunk_size;
    return std::max(1, std::min(model_.score_chunk(), max_rows / static_cast<int>(active_.size())));
  }

  void step() {
    std::vector<Part> parts;
    std::vector<uint32_t> tokens;
    std::vector<GroupRows> groups;
    for (Scoring& scoring : active_) {
      const int count = std::min(chunk(), scoring.left());
      const int first_row = static_cast<int>(tokens.size());
      parts.push_back({&scoring, scoring.start(), first_row, count});
      groups.push_back({&scoring.state, first_row, count});
      const auto begin = scoring.tokens.begin() + scoring.start();
      tokens.insert(tokens.end(), begin, begin + count);
    }
    const int total = static_cast<int>(tokens.size());
    std::vector<int> rows(tokens.size());
    std::iota(rows.begin(), rows.end(), 0);
    const Step step{mx::array(tokens.begin(), {total}, mx::uint32), std::move(groups), std::move(rows)};
    read(mx::astype(*model_.executor->run(step).logits, mx::float32), parts);
  }

  void read(const mx::array& logits, const std::vector<Part>& parts) {
    ReadBack values;
    for (const auto& [scoring, start, first_row, count] : parts) {
      const auto own = mx::slice(logits, {first_row, 0}, {first_row + count, logits.shape(1)});
      const int followed = std::min(count, static_cast<int>(scoring->tokens.size()) - 1 - start);
      if (followed > 0)
        values.add(scoring->result.log_probabilities, next_log_probabilities(own, scoring->tokens, start, followed));
      if (request_.logits) values.add(scoring->result.logits, own);
    }
    values.read();
  }

  const Model& model_;
  const ScoreRequest& request_;
  ScoreEvent event_;
  // A list, because steps point to its elements.
  std::list<Scoring> active_;
  size_t admitted_ = 0;
};

}  // namespace

ScoreEvent score(const Model& model, const ScoreRequest& request, const Cancellation& cancellation) {
  return BatchScorer(model, request).run(cancellation);
}

}  // namespace mlxengine
