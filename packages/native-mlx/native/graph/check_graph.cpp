#include "graph/check_graph.h"

#include <numeric>
#include <set>
#include <sstream>

#include "runtime/failure.h"

namespace mlxengine {

namespace {

std::string to_string(const std::vector<int>& shape) {
  std::ostringstream text;
  text << '[';
  for (size_t i = 0; i < shape.size(); i++) text << (i ? ", " : "") << shape[i];
  text << ']';
  return text.str();
}

int64_t elements(const std::vector<int>& shape) {
  return std::accumulate(
      shape.begin(), shape.end(), int64_t{1}, [](int64_t product, int next) { return product * next; });
}

class Checker {
 public:
  explicit Checker(const Graph& graph) : graph_(graph), made_(graph.values.size(), false) {}

  void run() {
    for (number_ = 0; number_ < graph_.operations.size(); number_++) std::visit(*this, graph_.operations[number_]);
    if (!made_[static_cast<size_t>(graph_.logits)]) fail("logits", "a value that an operation makes", "none");
    if (graph_.values[static_cast<size_t>(graph_.logits)].leading != Leading::rows)
      fail("logits", "leading rows", "tokens");
    expect(shape(graph_.logits), {graph_.vocabulary_size}, "logits");
  }

  void operator()(const TokensOperation& operation) { make(operation.output, {}, Leading::tokens); }

  void operator()(const EmbeddingOperation& operation) {
    expect(input(operation.input), {}, "input");
    make(operation.output, {matrix(operation.weight).shape[1]}, leading(operation.input));
  }

  void operator()(const LinearOperation& operation) {
    const Weight& weight = matrix(operation.weight);
    expect(input(operation.input), {weight.shape[1]}, "input");
    make(operation.output, {weight.shape[0]}, leading(operation.input));
  }

  void operator()(const RmsNormOperation& operation) {
    const auto& x = input(operation.input);
    expect(graph_.weights[static_cast<size_t>(operation.weight)].shape, {x.empty() ? 0 : x.back()}, "weight");
    make(operation.output, x, leading(operation.input));
  }

  void operator()(const ReshapeOperation& operation) {
    if (elements(operation.dimensions) != elements(input(operation.input))) {
      fail("dimensions", "the elements of " + to_string(shape(operation.input)), to_string(operation.dimensions));
    }
    make(operation.output, operation.dimensions, leading(operation.input));
  }

  void operator()(const RopeOperation& operation) {
    const auto& x = input(operation.input);
    heads(x, "input");
    const int rotated = operation.rotary_dimensions;
    if (rotated % 2 != 0 || rotated > x[1])
      fail("rotaryDimensions", "even and at most " + std::to_string(x[1]), std::to_string(rotated));
    if (operation.inverse_frequencies.size() != static_cast<size_t>(rotated / 2)) {
      fail("inverseFrequencies", std::to_string(rotated / 2), std::to_string(operation.inverse_frequencies.size()));
    }
    make(operation.output, x, leading(operation.input));
  }

  void operator()(const AttentionOperation& operation) {
    const auto& queries = input(operation.queries);
    const auto& keys = input(operation.keys);
    const auto& values = input(operation.values);
    const KVState& state = graph_.states[static_cast<size_t>(operation.state)];
    expect(keys, {state.heads, state.key_dimension}, "keys");
    expect(values, {state.heads, state.value_dimension}, "values");
    heads(queries, "queries");
    if (queries[1] != state.key_dimension || queries[0] % state.heads != 0) {
      fail("queries",
           "[n · " + std::to_string(state.heads) + ", " + std::to_string(state.key_dimension) + "]",
           to_string(queries));
    }
    for (const ValueId id : {operation.queries, operation.keys, operation.values}) {
      if (leading(id) != Leading::tokens) fail("inputs", "leading tokens", "rows");
    }
    if (!used_states_.insert(operation.state).second) fail("state", "one attention a state", state.name + " again");
    make(operation.output, {queries[0], state.value_dimension}, Leading::tokens);
  }

  void operator()(const GatedOperation& operation) { same(operation.gate, operation.up, operation.output); }

  void operator()(const AddOperation& operation) { same(operation.left, operation.right, operation.output); }

  void operator()(const SelectRowsOperation& operation) {
    if (leading(operation.input) != Leading::tokens) fail("input", "leading tokens", "rows");
    make(operation.output, input(operation.input), Leading::rows);
  }

 private:
  const std::vector<int>& shape(ValueId id) const { return graph_.values[static_cast<size_t>(id)].dimensions; }
  Leading leading(ValueId id) const { return graph_.values[static_cast<size_t>(id)].leading; }

  const std::vector<int>& input(ValueId id) const {
    if (!made_[static_cast<size_t>(id)]) fail("input", "a value made before", "value " + std::to_string(id));
    return shape(id);
  }

  const Weight& matrix(WeightId id) const {
    const Weight& weight = graph_.weights[static_cast<size_t>(id)];
    if (!weight.matrix) fail(weight.path, "a matrix", "a vector");
    return weight;
  }

  void make(ValueId id, const std::vector<int>& made, Leading leading) {
    expect(shape(id), made, "output");
    if (this->leading(id) != leading) fail("output", "the inputs' leading dimension", "the other");
    if (made_[static_cast<size_t>(id)]) fail("output", "a value of its own", "value " + std::to_string(id) + " again");
    made_[static_cast<size_t>(id)] = true;
  }

  void same(ValueId left, ValueId right, ValueId output) {
    expect(input(right), input(left), "inputs");
    if (leading(left) != leading(right)) fail("inputs", "one leading dimension", "two");
    make(output, shape(left), leading(left));
  }

  void heads(const std::vector<int>& found, const char* what) const {
    if (found.size() != 2) fail(what, "[heads, dimension]", to_string(found));
  }

  void expect(const std::vector<int>& found, const std::vector<int>& expected, const std::string& what) const {
    if (found != expected) fail(what, to_string(expected), to_string(found));
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected, const std::string& found) const {
    throw FailureError(
        FailureKind::argument,
        "[graph] operation " + std::to_string(number_) + ", " + what + ", expected " + expected + ", got " + found);
  }

  const Graph& graph_;
  std::vector<bool> made_;
  std::set<StateId> used_states_;
  size_t number_ = 0;
};

void check_weights(const Graph& graph) {
  for (const Weight& weight : graph.weights) {
    const size_t rank = weight.matrix ? 2 : 1;
    if (weight.shape.size() != rank) {
      throw FailureError(FailureKind::argument,
                         "[graph] weight " + weight.path + ", expected rank " + std::to_string(rank) + ", got " +
                             to_string(weight.shape));
    }
  }
}

}  // namespace

void check_graph(const Graph& graph) {
  check_weights(graph);
  Checker(graph).run();
}

}  // namespace mlxengine
