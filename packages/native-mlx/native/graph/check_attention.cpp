#include "graph/check_operations.h"

namespace mlxengine {

namespace {

constexpr int any = Checker::any;

void check_cache(Checker& checker, const AttentionOperation& operation, int heads, int dimension, int value_dimension) {
  const StateId id = *operation.state;
  const auto& state = checker.state<KVState>(id, "kv");
  checker.expect_shape({heads, dimension}, {state.heads, state.key_dimension}, "keys");
  checker.expect_shape({heads, value_dimension}, {state.heads, state.value_dimension}, "values");
  checker.expect(operation.causal, "causal", "true with a state", "false");
  const bool kept = !state.window || (operation.window && *operation.window <= *state.window);
  checker.expect(kept, "window", "at most what " + state.name + " keeps", "more");
  const auto [first, is_new] = checker.caches().emplace(id, std::pair{operation.keys, operation.values});
  checker.expect(first->second == std::pair{operation.keys, operation.values},
                 "state",
                 "the keys and values of its first attention",
                 "others");
  checker.expect(operation.writes == is_new, "writes", "of a state's first attention alone", "another");
}

}  // namespace

void check(Checker& checker, const RopeOperation& operation) {
  const Shape& input = checker.real(operation.input, "input", Leading::tokens, {any, any});
  const int rotated = operation.rotary_dimensions;
  checker.expect(rotated > 0 && rotated % 2 == 0 && rotated <= input[1],
                 "rotaryDimensions",
                 "even and at most " + std::to_string(input[1]),
                 std::to_string(rotated));
  const size_t pairs = static_cast<size_t>(rotated / 2);
  const size_t found = operation.inverse_frequencies.size();
  checker.expect(found == pairs, "inverseFrequencies", std::to_string(pairs), std::to_string(found));
  if (operation.dynamic) {
    const auto& [base, factor, maximum] = *operation.dynamic;
    checker.expect(base > 0 && factor > 0 && maximum > 0, "dynamic", "numbers over 0", "others");
    checker.expect(rotated > 2, "dynamic", "two pairs or more", "one");
  }
  checker.make(operation.output, Leading::tokens, input);
}

void check(Checker& checker, const PositionScaleOperation& operation) {
  const Shape& input = checker.real(operation.input, "input");
  checker.real(operation.input, "input", Leading::tokens, input);
  checker.make(operation.output, Leading::tokens, input);
}

void check(Checker& checker, const AttentionOperation& operation) {
  const Shape& queries = checker.real(operation.queries, "queries", Leading::tokens, {any, any});
  const Shape& keys = checker.real(operation.keys, "keys", Leading::tokens, {any, queries[1]});
  const Shape& values = checker.real(operation.values, "values", Leading::tokens, {keys[0], any});
  checker.expect(queries[0] % keys[0] == 0, "queries", "n · " + std::to_string(keys[0]) + " heads", to_string(queries));
  if (operation.softcap)
    checker.expect(*operation.softcap > 0, "softcap", "over 0", std::to_string(*operation.softcap));
  if (operation.sinks) checker.weight(*operation.sinks, WeightKind::tensor, {queries[0]});
  if (operation.state) check_cache(checker, operation, keys[0], keys[1], values[1]);
  checker.make(operation.output, Leading::tokens, {queries[0], values[1]});
}

void check(Checker& checker, const LatentAttentionOperation& operation) {
  const auto& state = checker.state<LatentState>(operation.state, "latent");
  checker.own_state(operation.state);
  const Shape& queries = checker.real(operation.queries, "queries", Leading::tokens, {any, any});
  checker.real(operation.rotated_queries, "rotatedQueries", Leading::tokens, {queries[0], state.rope_dimension});
  checker.real(operation.latents, "latents", Leading::tokens, {state.rank});
  checker.real(operation.rotated_keys, "rotatedKeys", Leading::tokens, {state.rope_dimension});
  const Weight& keys = checker.weight(operation.key_weight, WeightKind::stack, {queries[0], state.rank, queries[1]});
  const Weight& values = checker.weight(operation.value_weight, WeightKind::stack, {queries[0], any, state.rank});
  checker.expect(!keys.bias && !values.bias, "weights", "no bias", "one");
  checker.make(operation.output, Leading::tokens, {queries[0], values.shape[1]});
}

}  // namespace mlxengine
