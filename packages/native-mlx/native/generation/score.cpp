#include "generation/score.h"

#include <mlx/memory.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <list>
#include <numeric>
#include <optional>

#include "generation/read_back.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// What is in memory at one time: states of so many sequences, and logits of so many rows where no chunk size is asked
// for.
constexpr size_t max_side_by_side = 32;
constexpr int max_rows = 256;

// Of so few tokens a step sequences go side by side as in a decode batch; of more each is a product of its own anyway.
constexpr int max_shared_chunk = 8;

// A sequence on its way.
struct Scoring {
  const std::vector<uint32_t>& tokens;
  ScoreResult& result;
  std::optional<StateGroup> own;  // none: it is in the shared group
  AdapterPtr adapter;
  int start = 0;

  int left() const { return static_cast<int>(tokens.size()) - start; }
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
  BatchScorer(const Model& model, const ScoreRequest& request)
      : model_(model), request_(request), shared_(model.executor->empty_state()) {
    event_.results.resize(request.sequences.size());
    shared_.drop(0);
  }

  ScoreEvent run(const Cancellation& cancellation) {
    while (admit(), !active_.empty()) {
      cancellation.throw_if_cancelled();
      step();
      leave();
      share();
      active_.remove_if([](const Scoring& scoring) { return scoring.left() == 0; });
    }
    mx::clear_cache();
    return std::move(event_);
  }

 private:
  void admit() {
    while (active_.size() < max_side_by_side && admitted_ < request_.sequences.size()) {
      active_.push_back({request_.sequences[admitted_],
                         event_.results[admitted_],
                         model_.executor->empty_state(),
                         model_.adapters.find(request_.adapters[admitted_])});
      admitted_++;
    }
  }

  int chunk() const {
    if (request_.chunk_size > 0) return request_.chunk_size;
    return std::max(1, std::min(model_.score_chunk(), max_rows / static_cast<int>(active_.size())));
  }

  // Of all in the shared group at once; how much each of them has left may differ.
  int shared_count() const {
    int count = chunk();
    for (const Scoring* scoring : sharing_) count = std::min(count, scoring->left());
    return count;
  }

  std::vector<AdapterPtr> shared_adapters() const {
    std::vector<AdapterPtr> adapters;
    for (const Scoring* scoring : sharing_) adapters.push_back(scoring->adapter);
    return adapters;
  }

  // Lets go of what is done: the last slot moves into its place.
  void leave() {
    for (size_t slot = sharing_.size(); slot-- > 0;) {
      if (sharing_[slot]->left() > 0) continue;
      shared_.drop(static_cast<int>(slot));
      sharing_[slot] = sharing_.back();
      sharing_.pop_back();
    }
  }

  // Groups hold sequences of one form only: those that are not quantized yet stay alone until they are.
  void share() {
    if (request_.chunk_size < 1 || request_.chunk_size > max_shared_chunk) return;
    for (Scoring& scoring : active_) {
      if (!scoring.own || scoring.left() == 0 || (scoring.own->format().bits && !scoring.own->quantized())) continue;
      shared_.join(std::move(*scoring.own));
      scoring.own.reset();
      sharing_.push_back(&scoring);
    }
  }

  void step() {
    std::vector<Part> parts;
    std::vector<uint32_t> tokens;
    std::vector<GroupRows> groups;
    const auto add = [&](Scoring& scoring, int count) {
      parts.push_back({&scoring, scoring.start, static_cast<int>(tokens.size()), count});
      const auto begin = scoring.tokens.begin() + scoring.start;
      tokens.insert(tokens.end(), begin, begin + count);
      scoring.start += count;
    };
    if (!sharing_.empty()) {
      const int count = shared_count();
      groups.push_back({&shared_, 0, count, {}, shared_adapters()});
      for (Scoring* scoring : sharing_) add(*scoring, count);
    }
    for (Scoring& scoring : active_) {
      if (!scoring.own) continue;
      const int count = std::min(chunk(), scoring.left());
      groups.push_back({&*scoring.own, static_cast<int>(tokens.size()), count, {}, {scoring.adapter}});
      add(scoring, count);
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
  StateGroup shared_;
  std::vector<Scoring*> sharing_;  // by slot
  size_t admitted_ = 0;
};

}  // namespace

ScoreEvent score(const Model& model, const ScoreRequest& request, const Cancellation& cancellation) {
  return BatchScorer(model, request).run(cancellation);
}

}  // namespace mlxengine
