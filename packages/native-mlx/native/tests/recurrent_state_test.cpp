#include <mlx/mlx.h>

#include <vector>

#include "executor/causal_conv.h"
#include "executor/gated_delta.h"
#include "executor/ssm_scan.h"
#include "executor/state_group.h"
#include "executor/step.h"
#include "tests/check.h"

namespace mx = mlx::core;

// States of recurrences as slots of a group come, go, wait and take tokens back.
namespace mlxengine {

namespace {

constexpr StateId only = 0;

Graph graph_with(State state) {
  Graph graph{};
  graph.states = {std::move(state)};
  return graph;
}

// An operation with a recurrence: what comes of a step, by row.
struct Recurrence {
  Graph graph;
  mx::array (*run)(const mx::array& x, const Step& step);
};

// What a row is computed from, spread over as many numbers as wanted.
mx::array spread(const mx::array& x, const mx::Shape& shape, float shift) {
  mx::Shape whole{x.shape(0)};
  int count = 1;
  for (const int dimension : shape) count *= dimension;
  whole.insert(whole.end(), shape.begin(), shape.end());
  const auto factors = mx::add(mx::arange(0, count, mx::float32), mx::array(shift));
  return mx::reshape(mx::sin(mx::multiply(mx::expand_dims(x, 1), factors)), whole);
}

mx::array convolve(const mx::array& x, const Step& step) {
  const auto taps = mx::reshape(mx::cos(mx::arange(0, 24, mx::float32)), {4, 6});
  return causal_conv(spread(x, {6}, 1),
                     taps,
                     std::nullopt,
                     CausalConvOperation{0, 0, std::nullopt, ConvActivation::silu, only, 0},
                     step);
}

mx::array delta(const mx::array& x, const Step& step) {
  return gated_delta({spread(x, {2, 8}, 1),
                      mx::multiply(spread(x, {2, 8}, 2), mx::array(0.3F)),
                      spread(x, {4, 5}, 3),
                      mx::sigmoid(spread(x, {4}, 4)),
                      mx::sigmoid(spread(x, {4}, 5))},
                     GatedDeltaOperation{0, 0, 0, 0, 0, only, 0},
                     step);
}

mx::array delta_of_columns(const mx::array& x, const Step& step) {
  return gated_delta({spread(x, {4, 8}, 1),
                      mx::multiply(spread(x, {4, 8}, 2), mx::array(0.3F)),
                      spread(x, {4, 5}, 3),
                      mx::sigmoid(spread(x, {4, 8}, 4)),
                      mx::sigmoid(spread(x, {4}, 5))},
                     GatedDeltaOperation{0, 0, 0, 0, 0, only, 0},
                     step);
}

mx::array scan_with(const mx::array& x, const mx::array& a, const Step& step) {
  return ssm_scan({spread(x, {4, 5}, 1), mx::abs(spread(x, {4}, 2)), a, spread(x, {2, 8}, 3), spread(x, {2, 8}, 4)},
                  SSMScanOperation{0, 0, 0, 0, 0, only, 0},
                  step);
}

mx::array scan(const mx::array& x, const Step& step) {
  return scan_with(x, mx::array({-0.5F, -1.0F, -0.1F, -2.0F}), step);
}

mx::array scan_of_columns(const mx::array& x, const Step& step) {
  return scan_with(x, mx::negative(mx::reshape(mx::abs(mx::sin(mx::arange(0, 32, mx::float32))), {4, 8})), step);
}

const std::vector<Recurrence> recurrences{{graph_with(RollingState{"state", 6, 3}), convolve},
                                          {graph_with(MatrixState{"state", {4, 5, 8}}), delta},
                                          {graph_with(MatrixState{"state", {4, 5, 8}}), delta_of_columns},
                                          {graph_with(MatrixState{"state", {4, 5, 8}}), scan},
                                          {graph_with(MatrixState{"state", {4, 5, 8}}), scan_of_columns}};

mx::array numbers(const std::vector<float>& values) {
  return mx::array(values.begin(), {static_cast<int>(values.size())}, mx::float32);
}

bool close(const mx::array& left, const mx::array& right) {
  return left.shape() == right.shape() && mx::allclose(left, right, 1e-5, 1e-5).item<bool>();
}

// Tokens `start` to before `end` of a sequence, one after another.
std::vector<float> tokens(int sequence, int start, int end) {
  std::vector<float> values;
  for (int at = start; at < end; at++)
    values.push_back(0.1F + 0.37F * static_cast<float>(sequence * 7 + at * (sequence + 1) % 11));
  return values;
}

// A step of `count` tokens of each slot.
mx::array advance(const Recurrence& recurrence,
                  StateGroup& group,
                  const std::vector<float>& values,
                  int count,
                  const std::vector<bool>& idle = {},
                  bool checkpoints = false) {
  Step step{mx::array({0U}), {{&group, 0, count, idle}}};
  step.checkpoints = checkpoints;
  const auto made = recurrence.run(numbers(values), step);
  for (const SlotRows& rows : slots_of(step)) {
    if (!rows.idle) group.advance(rows.slot, rows.count);
  }
  return made;
}

// The first `end` tokens of a sequence alone, a step each: what came of those from `start` on.
mx::array alone(const Recurrence& recurrence, int sequence, int start, int end) {
  StateGroup group(recurrence.graph);
  std::vector<mx::array> made;
  for (int at = 0; at < end; at++) {
    auto row = advance(recurrence, group, tokens(sequence, at, at + 1), 1);
    if (at >= start) made.push_back(std::move(row));
  }
  return mx::concatenate(made, 0);
}

StateGroup begun(const Recurrence& recurrence, int sequence, int count) {
  StateGroup group(recurrence.graph);
  if (count > 0) advance(recurrence, group, tokens(sequence, 0, count), count);
  return group;
}

mx::array rows(const mx::array& x, int start, int stop) {
  mx::Shape from(x.ndim(), 0);
  mx::Shape to = x.shape();
  from[0] = start;
  to[0] = stop;
  return mx::slice(x, from, to);
}

std::vector<float> joined(std::vector<std::vector<float>> parts) {
  std::vector<float> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void chunks_are_as_single_tokens(const Recurrence& recurrence) {
  StateGroup group(recurrence.graph);
  const auto made = advance(recurrence, group, tokens(1, 0, 9), 9);
  CHECK(close(made, alone(recurrence, 1, 0, 9)));
  CHECK(close(advance(recurrence, group, tokens(1, 9, 10), 1), alone(recurrence, 1, 9, 10)));
}

void slots_are_as_if_alone(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 5);
  group.join(begun(recurrence, 2, 0));  // has seen nothing
  group.join(begun(recurrence, 3, 2));
  const auto made = advance(recurrence, group, joined({tokens(1, 5, 8), tokens(2, 0, 3), tokens(3, 2, 5)}), 3);
  CHECK(close(rows(made, 0, 3), alone(recurrence, 1, 5, 8)));
  CHECK(close(rows(made, 3, 6), alone(recurrence, 2, 0, 3)));
  CHECK(close(rows(made, 6, 9), alone(recurrence, 3, 2, 5)));
}

void the_last_takes_the_place_of_who_leaves(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 4);
  group.join(begun(recurrence, 2, 4));
  group.join(begun(recurrence, 3, 4));
  StateGroup left = group.leave(0);
  const auto made = advance(recurrence, group, joined({tokens(3, 4, 5), tokens(2, 4, 5)}), 1);
  CHECK(close(rows(made, 0, 1), alone(recurrence, 3, 4, 5)));
  CHECK(close(rows(made, 1, 2), alone(recurrence, 2, 4, 5)));
  CHECK(close(advance(recurrence, left, tokens(1, 4, 5), 1), alone(recurrence, 1, 4, 5)));
  group.drop(1);
  CHECK(close(advance(recurrence, group, tokens(3, 5, 6), 1), alone(recurrence, 3, 5, 6)));
}

void idle_slots_keep_what_they_had(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 4);
  group.join(begun(recurrence, 2, 0));
  // The third row has no sequence.
  advance(recurrence, group, {9, 8, 7}, 1, {true, true, true});
  advance(recurrence, group, joined({tokens(1, 4, 5), {9}, {8}}), 1, {false, true, true});
  const auto made = advance(recurrence, group, joined({tokens(1, 5, 6), tokens(2, 0, 1)}), 1);
  CHECK(close(rows(made, 0, 1), alone(recurrence, 1, 5, 6)));
  CHECK(close(rows(made, 1, 2), alone(recurrence, 2, 0, 1)));
}

void forks_go_their_own_ways(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 4);
  StateGroup fork = group.fork(0);
  advance(recurrence, group, {5, 6}, 2);
  CHECK(close(advance(recurrence, fork, tokens(1, 4, 5), 1), alone(recurrence, 1, 4, 5)));
}

void goes_back_only_to_the_start(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 4);
  CHECK(group.restorable(0, 9) == 4 && group.restorable(0, 3) == 0);
  group.join(begun(recurrence, 2, 3));
  group.trim(0, 0);
  const auto made = advance(recurrence, group, joined({tokens(1, 0, 1), tokens(2, 3, 4)}), 1);
  CHECK(close(rows(made, 0, 1), alone(recurrence, 1, 0, 1)));
  CHECK(close(rows(made, 1, 2), alone(recurrence, 2, 3, 4)));
}

// As drafts are verified: of 5 tokens each slot keeps another number, and one was idle.
void goes_back_into_a_step_with_checkpoints(const Recurrence& recurrence) {
  StateGroup group = begun(recurrence, 1, 4);
  group.join(begun(recurrence, 2, 0));
  group.join(begun(recurrence, 3, 2));
  const auto drafted = joined({tokens(1, 4, 6), {9, 9, 9}, tokens(2, 0, 5), {7, 7, 7, 7, 7}});
  const auto made = advance(recurrence, group, drafted, 5, {false, false, true}, /* checkpoints */ true);
  CHECK(close(rows(made, 0, 2), alone(recurrence, 1, 4, 6)));
  CHECK(close(rows(made, 5, 10), alone(recurrence, 2, 0, 5)));
  CHECK(group.restorable(0, 6) == 6 && group.restorable(0, 4) == 4 && group.restorable(0, 3) == 0);
  CHECK(group.restorable(2, 1) == 0);
  group.trim(0, 6);
  StateGroup left = group.fork(0);
  const auto next = advance(recurrence, group, joined({tokens(1, 6, 7), tokens(2, 5, 6), tokens(3, 2, 3)}), 1);
  CHECK(close(rows(next, 0, 1), alone(recurrence, 1, 6, 7)));
  CHECK(close(rows(next, 1, 2), alone(recurrence, 2, 5, 6)));
  CHECK(close(rows(next, 2, 3), alone(recurrence, 3, 2, 3)));
  CHECK(group.restorable(0, 6) == 0);
  // A fork can still go back.
  left.trim(0, 4);
  CHECK(close(advance(recurrence, left, tokens(1, 4, 5), 1), alone(recurrence, 1, 4, 5)));
}

}  // namespace

}  // namespace mlxengine

int main() {
  using namespace mlxengine;
  mx::set_default_device(mx::Device::cpu);
  for (const Recurrence& recurrence : recurrences) {
    chunks_are_as_single_tokens(recurrence);
    slots_are_as_if_alone(recurrence);
    the_last_takes_the_place_of_who_leaves(recurrence);
    idle_slots_keep_what_they_had(recurrence);
    forks_go_their_own_ways(recurrence);
    goes_back_only_to_the_start(recurrence);
    goes_back_into_a_step_with_checkpoints(recurrence);
  }
  return 0;
}
