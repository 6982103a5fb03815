#include "generation/embed.h"

#include <mlx/memory.h>
#include <mlx/ops.h>

#include <list>

#include "generation/read_back.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Tokens a step, so that an abort is not waited for long; a longer sequence has a step of its own.
int step_budget(const Model& model) {
  return model.device == mx::Device::cpu ? 512 : 8192;
}

class Embedder {
 public:
  Embedder(const Model& model, const EmbedRequest& request) : model_(model), request_(request) {
    const size_t count = request.sequences.size();
    if (model.graph.outputs.pooled) event_.pooled.resize(count);
    if (request.hidden && model.graph.outputs.hidden) event_.hidden.resize(count);
  }

  EmbedEvent run(const Cancellation& cancellation) {
    for (size_t first = 0; first < request_.sequences.size();) {
      cancellation.throw_if_cancelled();
      const size_t end = step_end(first);
      step(first, end);
      first = end;
    }
    mx::clear_cache();
    return std::move(event_);
  }

 private:
  // After the last sequence that fits a step from `first` on.
  size_t step_end(size_t first) const {
    const auto budget = static_cast<size_t>(step_budget(model_));
    size_t end = first + 1;
    size_t tokens = request_.sequences[first].size();
    while (end < request_.sequences.size() && tokens + request_.sequences[end].size() <= budget)
      tokens += request_.sequences[end++].size();
    return end;
  }

  void step(size_t first, size_t end) {
    // A list, because the step points to its elements.
    std::list<StateGroup> states;
    std::vector<GroupRows> groups;
    int total = 0;
    for (size_t i = first; i < end; i++) {
      const int count = static_cast<int>(request_.sequences[i].size());
      groups.push_back({&states.emplace_back(model_.graph), total, count});
      total += count;
    }
    Step step{joined(request_.sequences, first, end, mx::uint32), groups};
    if (!request_.token_types.empty()) step.token_types = joined(request_.token_types, first, end, mx::int32);
    read(model_.executor->run(step), groups, first);
  }

  static mx::array joined(const std::vector<std::vector<uint32_t>>& lists, size_t first, size_t end, mx::Dtype dtype) {
    std::vector<uint32_t> all;
    for (size_t i = first; i < end; i++) all.insert(all.end(), lists[i].begin(), lists[i].end());
    return mx::array(all.begin(), {static_cast<int>(all.size())}, dtype);
  }

  void read(const StepOutputs& outputs, const std::vector<GroupRows>& groups, size_t first) {
    ReadBack values;
    for (size_t i = 0; i < groups.size(); i++) {
      const int row = groups[i].first;
      const int count = groups[i].count;
      const int number = static_cast<int>(i);
      if (!event_.pooled.empty())
        values.add(event_.pooled[first + i],
                   mx::slice(*outputs.pooled, {number, 0}, {number + 1, outputs.pooled->shape(1)}));
      if (!event_.hidden.empty())
        values.add(event_.hidden[first + i],
                   mx::slice(*outputs.hidden, {row, 0}, {row + count, outputs.hidden->shape(1)}));
    }
    values.read();
  }

  const Model& model_;
  const EmbedRequest& request_;
  EmbedEvent event_;
};

}  // namespace

EmbedEvent embed(const Model& model, const EmbedRequest& request, const Cancellation& cancellation) {
  return Embedder(model, request).run(cancellation);
}

}  // namespace mlxengine
