#include <mlx/mlx.h>

#include <algorithm>
#include <cstdio>
#include <list>
#include <optional>
#include <random>
#include <vector>

#include "executor/attention.h"
#include "executor/in_place.h"
#include "executor/state_group.h"
#include "executor/step.h"
#include "tests/check.h"

namespace mx = mlx::core;

// Sequences join groups, leave, fork, wait and go back at random, and see what a plain computation says they see.
namespace mlxengine {

namespace {

constexpr StateId only = 0;
constexpr int key_heads = 2;
constexpr int query_heads = 4;
constexpr int dimension = 32;

struct Kind {
  const char* name;
  std::optional<int> window;
  CacheFormat format;
  bool sinks = false;
  std::optional<float> softcap = std::nullopt;
};

const std::vector<Kind> kinds{
    {"standard", std::nullopt, {}},
    {"standard with sinks", std::nullopt, {}, true},
    {"ring", 8, {}},
    {"bounded", std::nullopt, {std::nullopt, 64, 0, 24, 4}},
    {"quantized", std::nullopt, {8, 32, 0, std::nullopt, 4}},
    {"quantized with sinks", std::nullopt, {4, 32, 0, std::nullopt, 4}, true},
    {"quantized with capped scores", std::nullopt, {4, 32, 0, std::nullopt, 4}, false, 5.0F},
    {"quantized on the way", std::nullopt, {8, 32, 20, std::nullopt, 4}},
    {"quantized ring", 8, {8, 32, 0, std::nullopt, 4}},
    {"quantized bounded", std::nullopt, {8, 32, 10, 24, 4}},
};

struct Rows {
  mx::array queries;
  mx::array keys;
  mx::array values;
};

// Of tokens, which are numbers here.
Rows rows_of(const std::vector<float>& tokens) {
  const auto x = mx::array(tokens.begin(), {static_cast<int>(tokens.size()), 1});
  const auto spread = [&](int heads, float shift) {
    const auto factors = mx::add(mx::arange(0, heads * dimension, mx::float32), mx::array(shift));
    return mx::reshape(mx::sin(mx::multiply(x, factors)), {x.shape(0), heads, dimension});
  };
  return {spread(query_heads, 1), spread(key_heads, 0.3F), spread(key_heads, 2.2F)};
}

struct Sequence {
  std::vector<float> tokens;
};

class Trial {
 public:
  Trial(const Kind& kind, unsigned seed) : kind_(kind), random_(seed), group_(graph_of(kind), kind.format) {
    operation_.window = kind.window;
    operation_.softcap = kind.softcap;
    group_.drop(0);
  }

  void run(int events) {
    for (int i = 0; i < events; i++) {
      const int event = pick(10);
      if (event == 0) prefill();
      if (event == 1) leave();
      if (event == 2) come_back();
      if (event == 3) trim();
      if (event == 4) fork();
      if (event > 4 && group_.size() > 0) step();
    }
  }

 private:
  static const Graph& graph_of(const Kind& kind) {
    static std::list<Graph> graphs;
    Graph& graph = graphs.emplace_back();
    graph.states = {KVState{"kv", key_heads, dimension, dimension, kind.window}};
    return graph;
  }

  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  std::vector<float> new_tokens(int count) {
    std::vector<float> tokens;
    for (int i = 0; i < count; i++) tokens.push_back(static_cast<float>(pick(1000)) / 300.0F);
    return tokens;
  }
  mx::array sinks() const { return mx::cos(mx::arange(0, query_heads, mx::float32)); }

  // What a token at `position` gets of those up to it: [query_heads, dimension].
  mx::array expected(const std::vector<float>& tokens, int position) const {
    const CacheFormat& format = kind_.format;
    auto [queries, keys, values] = rows_of({tokens.begin(), tokens.begin() + position + 1});
    if (format.bits && position >= format.quantized_start) {
      const auto rounded = [&](const mx::array& x) {
        const auto parts = mx::quantize(x, format.group_size, *format.bits);
        return mx::dequantize(parts[0], parts[1], parts[2], format.group_size, format.bits);
      };
      keys = rounded(keys);
      values = rounded(values);
    }
    std::vector<float> mask;
    for (int p = 0; p <= position; p++) {
      const bool in_window = !kind_.window || position - p < *kind_.window;
      const bool kept = !format.max_positions || p < format.keep || position - p < *format.max_positions - format.keep;
      mask.push_back(in_window && kept ? 0.0F : -1e30F);
    }
    const auto own = mx::slice(queries, {position, 0, 0}, {position + 1, query_heads, dimension});
    const auto heads_first = [](const mx::array& x) {
      return mx::repeat(mx::transpose(x, {1, 0, 2}), query_heads / key_heads, 0);
    };
    auto scores = mx::multiply(mx::matmul(mx::transpose(own, {1, 0, 2}), mx::transpose(heads_first(keys), {0, 2, 1})),
                               mx::array(operation_.scale));
    if (kind_.softcap)
      scores = mx::multiply(mx::tanh(mx::divide(scores, mx::array(*kind_.softcap))), mx::array(*kind_.softcap));
    scores = mx::add(scores, mx::array(mask.begin(), {1, 1, position + 1}));
    if (kind_.sinks) scores = mx::concatenate({mx::reshape(sinks(), {query_heads, 1, 1}), scores}, -1);
    auto shares = mx::softmax(scores, -1);
    if (kind_.sinks) shares = mx::slice(shares, {0, 0, 1}, {query_heads, 1, position + 2});
    return mx::squeeze(mx::matmul(shares, heads_first(values)), 1);
  }

  // Runs the groups' next tokens and compares what each gets.
  void attend(StateGroup& group, std::vector<Sequence*> sequences, int count, const std::vector<bool>& idle) {
    std::vector<float> tokens;
    const size_t rows = idle.empty() ? sequences.size() : idle.size();
    for (size_t slot = 0; slot < rows; slot++) {
      const auto own = new_tokens(count);
      tokens.insert(tokens.end(), own.begin(), own.end());
    }
    const auto [queries, keys, values] = rows_of(tokens);
    const Step step{mx::zeros({static_cast<int>(tokens.size())}, mx::uint32), {{&group, 0, count, idle}}};
    const auto given = kind_.sinks ? std::optional(sinks()) : std::nullopt;
    auto answer = attention(queries, keys, values, given, operation_, step);
    mx::async_eval(answer);
    for (size_t slot = 0; slot < sequences.size(); slot++) {
      const bool is_idle = !idle.empty() && idle[slot];
      if (is_idle) {
        group.touch(static_cast<int>(slot), count);
        continue;
      }
      group.advance(static_cast<int>(slot), count);
      auto& own = sequences[slot]->tokens;
      const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(slot) * count;
      own.insert(own.end(), first, first + count);
      for (int i = 0; i < count; i++) {
        const int row = static_cast<int>(slot) * count + i;
        const auto got = mx::squeeze(mx::slice(answer, {row, 0, 0}, {row + 1, query_heads, dimension}), 0);
        const auto wanted = expected(own, static_cast<int>(own.size()) - count + i);
        CHECK(mx::max(mx::abs(mx::subtract(got, wanted))).item<float>() < 1e-4F);
      }
    }
    group.settle();
  }

  // A group holds one form only.
  void admit(StateGroup state, Sequence sequence) {
    if (group_.size() > 0 && group_.quantized() != state.quantized()) {
      aside_.emplace_back(std::move(state), std::move(sequence));
      return;
    }
    group_.join(std::move(state));
    sequences_.push_back(std::move(sequence));
  }

  void prefill() {
    StateGroup state(graph_of(kind_), kind_.format);
    Sequence sequence;
    for (int chunks = 1 + pick(3); chunks > 0; chunks--)
      attend(state, {&sequence}, 1 + pick(pick(4) == 0 ? 150 : 12), {});
    admit(std::move(state), std::move(sequence));
  }

  void step() {
    const int count = pick(3) == 0 ? 1 + pick(4) : 1;
    // Those who would be quantized within the step are not to be in a group by then.
    for (int slot = group_.size() - 1; slot >= 0; slot--) {
      if (kind_.format.bits && !group_.quantized() && group_.length(slot) + count > kind_.format.quantized_start)
        take_out(slot);
    }
    if (group_.size() == 0) return;
    std::vector<bool> idle;
    if (pick(3) == 0) {
      for (int slot = 0; slot < group_.slots(); slot++) idle.push_back(slot >= group_.size() || pick(3) == 0);
    }
    std::vector<Sequence*> all;
    for (Sequence& sequence : sequences_) all.push_back(&sequence);
    attend(group_, all, count, idle);
  }

  void take_out(int slot) {
    StateGroup state = group_.leave(slot);
    Sequence sequence = std::move(sequences_[static_cast<size_t>(slot)]);
    if (slot + 1 < static_cast<int>(sequences_.size()))
      sequences_[static_cast<size_t>(slot)] = std::move(sequences_.back());
    sequences_.pop_back();
    state.settle();
    aside_.emplace_back(std::move(state), std::move(sequence));
  }

  void leave() {
    if (group_.size() > 0) take_out(pick(group_.size()));
  }

  void come_back() {
    if (aside_.empty()) return;
    auto [state, sequence] = std::move(aside_.front());
    aside_.pop_front();
    if (pick(2) == 0) attend(state, {&sequence}, 1 + pick(5), {});
    admit(std::move(state), std::move(sequence));
  }

  void trim() {
    if (group_.size() == 0) return;
    const int slot = pick(group_.size());
    const int length = group_.restorable(slot, std::max(0, group_.length(slot) - 1 - pick(40)));
    if (kind_.format.bits && length < kind_.format.quantized_start && group_.quantized()) return;
    group_.trim(slot, length);
    sequences_[static_cast<size_t>(slot)].tokens.resize(static_cast<size_t>(length));
  }

  void fork() {
    if (group_.size() == 0 || aside_.size() > 6) return;
    const int slot = pick(group_.size());
    aside_.emplace_back(group_.fork(slot), sequences_[static_cast<size_t>(slot)]);
    // Of one that shares its storage.
    aside_.emplace_back(aside_.back().first.fork(0), aside_.back().second);
  }

  const Kind& kind_;
  std::mt19937 random_;
  AttentionOperation operation_{0, 0, 0, only, true, 0.2F, true, std::nullopt, std::nullopt, std::nullopt, 0};
  StateGroup group_;
  std::vector<Sequence> sequences_;
  std::list<std::pair<StateGroup, Sequence>> aside_;
};

// However many commands still hold the buffer, and however large it is.
void writes_in_place() {
  for (const int capacity : {1024, 32768}) {
    auto stored = mx::zeros({2, 4, capacity, 32});
    mx::eval(stored);
    const auto* buffer = stored.buffer().ptr();
    mx::reset_peak_memory();
    const size_t before = mx::get_active_memory();
    std::vector<mx::array> sums;
    for (int i = 0; i < 20; i++) {
      const mx::Shape from{1, 0, i, 0};
      const mx::Shape to{2, 4, i + 1, 32};
      stored = in_place(mx::slice_update(stored, mx::full({1, 4, 1, 32}, 1.0F), from, to));
      const auto slots = mx::array({0, 1}, mx::int32);
      const auto positions = mx::array({i + 100, i + 200}, mx::int32);
      stored = in_place(mx::scatter(stored, {slots, positions}, mx::full({2, 1, 4, 1, 32}, 1.0F), {0, 2}));
      sums.push_back(mx::sum(stored));
      mx::async_eval(sums.back());
    }
    mx::eval(sums);
    CHECK(stored.buffer().ptr() == buffer);
    CHECK(mx::get_peak_memory() - before < 100000);
    CHECK(sums.back().item<float>() == 20 * 3 * 4 * 32);
  }
}

}  // namespace

}  // namespace mlxengine

int main() {
  using namespace mlxengine;
  mx::set_default_device(mx::Device::cpu);
  writes_in_place();
  for (const Kind& kind : kinds) {
    for (unsigned seed = 1; seed <= 2; seed++) {
      std::printf("%s %u\n", kind.name, seed);
      Trial(kind, seed).run(60);
    }
  }
  return 0;
}
