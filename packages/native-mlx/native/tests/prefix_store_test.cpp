#include "generation/prefix_store.h"

#include <map>
#include <memory>
#include <random>

#include "tests/check.h"

// The logic of the prefix cache with states that are made up: what MLX has to do with it is tested through the addon.
namespace mlxengine {

namespace {

enum class Kind { kv, ring, recurrent };

constexpr int window = 4;

// What a StateGroup of one promises, and no more.
struct FakeState {
  Kind kind = Kind::kv;
  int positions = 0;
  std::vector<std::shared_ptr<size_t>> memory;
  int lost = 0;  // a ring holds the positions from here on

  int length(int) const { return positions; }
  int restorable(int, int length) const {
    if (length >= positions) return positions;
    if (kind == Kind::recurrent) return 0;
    return lost == 0 || length - window >= lost ? length : 0;
  }
  FakeState fork(int) const { return *this; }
  void trim(int, int length) {
    CHECK(restorable(0, length) == length);
    positions = length;
  }
};

std::vector<HeldBuffer> buffers_of(const FakeState& state) {
  std::vector<HeldBuffer> buffers;
  for (const auto& memory : state.memory) buffers.push_back({memory.get(), *memory});
  return buffers;
}

using Tokens = std::vector<uint32_t>;
using Store = PrefixStore<FakeState>;

FakeState state_of(int positions, size_t bytes = 100, Kind kind = Kind::kv) {
  return {kind, positions, {std::make_shared<size_t>(bytes)}};
}

Store store_of(size_t budget, bool exact = false) {
  Store store(exact);
  store.set_budget(budget);
  return store;
}

void finds_what_a_prompt_begins_with() {
  Store store = store_of(1000);
  CHECK(store.take({1, 2, 3}, {}).report.end == PrefixEnd::empty);
  store.keep({}, {1, 2, 3, 4}, state_of(4));
  const auto more = store.take({1, 2, 3, 4, 5, 6}, {});
  CHECK(more.report.cached == 4 && more.report.matched == 4 && more.report.end == PrefixEnd::cache_end);
  CHECK(more.state->positions == 4);
  const auto same = store.take({1, 2, 3, 4}, {});
  CHECK(same.report.cached == 3 && same.report.matched == 4 && same.report.end == PrefixEnd::complete);
  CHECK(same.state->positions == 3);
  const auto other = store.take({1, 2, 9, 4}, {});
  CHECK(other.report.cached == 2 && other.report.matched == 2 && other.report.end == PrefixEnd::different_token);
  CHECK(other.report.expected == 3 && other.report.found == 9);
  const auto none = store.take({7, 2}, {});
  CHECK(none.report.cached == 0 && !none.state && none.report.end == PrefixEnd::different_token);
  CHECK(none.report.expected == 1 && none.report.found == 7);
}

void keeps_forks_beside_each_other() {
  Store store = store_of(1000);
  store.keep({}, {1, 2, 3, 4}, state_of(4));
  store.keep({}, {1, 2, 7, 8}, state_of(4));
  CHECK(store.size() == 2 && store.bytes() == 200);
  CHECK(store.take({1, 2, 3, 4, 5}, {}).report.cached == 4);
  CHECK(store.take({1, 2, 7, 8, 5}, {}).report.cached == 4);
  CHECK(store.take({1, 2, 5}, {}).report.cached == 2);
  // The longer one stands for the one it goes on with.
  store.keep({}, {1, 2, 3, 4, 5, 6}, state_of(6));
  CHECK(store.size() == 2);
  store.keep({}, {1, 2, 3}, state_of(3));
  CHECK(store.size() == 2);
}

void keeps_keys_apart() {
  Store store = store_of(1000);
  store.keep({"", "", "a"}, {1, 2, 3}, state_of(3));
  CHECK(store.take({1, 2, 3, 4}, {"", "", "b"}).report.end == PrefixEnd::empty);
  CHECK(store.take({1, 2, 3, 4}, {"x", "", "a"}).report.end == PrefixEnd::empty);
  CHECK(store.take({1, 2, 3, 4}, {"", "q8", "a"}).report.end == PrefixEnd::empty);
  CHECK(store.take({1, 2, 3, 4}, {"", "", "a"}).report.cached == 3);
}

void drops_the_least_recently_used() {
  Store store = store_of(320);
  store.keep({}, {1, 1}, state_of(2));
  store.keep({}, {2, 2}, state_of(2));
  store.keep({}, {3, 3}, state_of(2));
  CHECK(store.size() == 3);
  store.take({1, 1, 1}, {});
  store.keep({}, {4, 4}, state_of(2));
  CHECK(store.size() == 3 && store.bytes() == 300);
  const auto gone = store.take({2, 2, 5}, {});
  CHECK(gone.report.cached == 0 && gone.report.matched == 2 && gone.report.end == PrefixEnd::evicted);
  CHECK(store.take({1, 1, 5}, {}).report.cached == 2);
  store.set_budget(0);
  CHECK(store.size() == 0 && store.bytes() == 0);
  store.keep({}, {5, 5}, state_of(2));
  CHECK(store.size() == 0);
}

void counts_shared_memory_once() {
  Store store = store_of(250, true);
  const auto shared = std::make_shared<size_t>(200);
  const auto with = [&](int positions, size_t own) {
    return FakeState{Kind::recurrent, positions, {shared, std::make_shared<size_t>(own)}};
  };
  // What is old and costs nothing of its own stays, whatever else is dropped.
  store.keep({}, {1, 2, 3}, FakeState{Kind::recurrent, 3, {shared}});
  store.keep({}, {1, 2}, with(2, 10));
  store.keep({}, {1, 2, 3, 4}, with(4, 10));
  CHECK(store.size() == 3 && store.bytes() == 220);
  store.keep({}, {1, 2, 3, 4, 5}, with(5, 25));
  store.keep({}, {1, 2, 3, 4, 5, 6}, with(6, 10));
  CHECK(store.size() == 3 && store.bytes() == 235);
  CHECK(store.take({1, 2, 3, 9}, {}).report.cached == 3);
}

void goes_back_only_where_states_can() {
  Store store = store_of(1000, true);
  store.keep({}, {1, 2, 3, 4, 5, 6}, state_of(6, 10, Kind::recurrent));
  const auto far = store.take({1, 2, 3, 4, 9, 9}, {});
  CHECK(far.report.cached == 0 && far.report.matched == 4 && far.report.end == PrefixEnd::no_snapshot && !far.state);
  store.keep({}, {1, 2, 3}, state_of(3, 10, Kind::recurrent));
  const auto near = store.take({1, 2, 3, 4, 9, 9}, {});
  CHECK(near.report.cached == 3 && near.report.matched == 4 && near.report.end == PrefixEnd::no_snapshot);
  // All of it, of which one token must be computed: only an earlier state helps.
  CHECK(store.take({1, 2, 3, 4, 5, 6}, {}).report.cached == 3);
  CHECK(store.take({1, 2, 3, 4, 5, 6, 7}, {}).report.cached == 6);
}

void goes_back_only_while_the_window_is_there() {
  Store store = store_of(1000);
  FakeState ring = state_of(20, 10, Kind::ring);
  ring.lost = 12;
  Tokens tokens;
  for (uint32_t token = 0; token < 20; token++) tokens.push_back(token);
  store.keep({}, tokens, ring);
  tokens[18] = 99;
  CHECK(store.take(tokens, {}).report.cached == 18);
  tokens[10] = 99;
  const auto match = store.take(tokens, {});
  CHECK(match.report.cached == 0 && match.report.matched == 10 && match.report.end == PrefixEnd::window);
}

void cuts_off_what_has_no_token() {
  Store store = store_of(1000, true);
  store.keep({}, {1, 2, 3}, state_of(4, 10, Kind::recurrent));
  CHECK(store.size() == 0);
  store.keep({}, {1, 2, 3}, state_of(4, 10));
  CHECK(store.take({1, 2, 3, 4}, {}).state->positions == 3);
}

struct MapTier : PrefixTier<FakeState> {
  bool store(const PrefixKey& key, const Tokens& tokens, const FakeState& state) override {
    states.insert_or_assign({key.salt, tokens}, state);
    return true;
  }
  std::optional<FakeState> load(const PrefixKey& key, const Tokens& tokens) override {
    const auto found = states.find({key.salt, tokens});
    if (damaged || found == states.end()) return std::nullopt;
    return found->second;
  }
  std::map<std::pair<std::string, Tokens>, FakeState> states;
  bool damaged = false;
};

void fetches_from_the_tier() {
  MapTier tier;
  Store store = store_of(250);
  store.set_tier(&tier);
  store.keep({}, {1, 1, 1}, state_of(3));
  store.keep({}, {2, 2, 2}, state_of(3));
  store.keep({}, {3, 3, 3}, state_of(3));
  CHECK(store.size() == 2 && tier.states.size() == 1);
  CHECK(store.take({1, 1, 1, 1}, {}).report.cached == 3);
  CHECK(store.size() == 2 && tier.states.size() == 2);
  tier.damaged = true;
  CHECK(store.take({2, 2, 2, 1}, {}).report.end == PrefixEnd::evicted);
  // After a restart.
  tier.damaged = false;
  Store later = store_of(250);
  later.set_tier(&tier);
  later.know({}, {1, 1, 1});
  later.know({}, {9, 9});
  CHECK(later.take({1, 1, 5, 5}, {}).report.cached == 2);
  CHECK(later.take({9, 9, 9}, {}).report.end == PrefixEnd::evicted);
  // One that is larger than the budget is used all the same.
  Store small = store_of(50);
  small.set_tier(&tier);
  small.know({}, {1, 1, 1});
  CHECK(small.take({1, 1, 1, 2}, {}).report.cached == 3);
  CHECK(small.size() == 0);
  CHECK(small.take({1, 1, 1, 2}, {}).report.cached == 3);
}

// Against a list of everything kept, under a budget that is never reached.
void finds_the_same_as_a_search_of_all() {
  std::mt19937 random(7);
  const auto some = [&](size_t most) {
    Tokens tokens(1 + random() % most);
    for (uint32_t& token : tokens) token = static_cast<uint32_t>(random() % 3);
    return tokens;
  };
  for (const bool exact : {false, true}) {
    Store store = store_of(size_t{1} << 40, exact);
    std::vector<Tokens> all;
    for (int round = 0; round < 400; round++) {
      const Tokens tokens = some(12);
      store.keep({}, tokens, state_of(static_cast<int>(tokens.size()), 1, exact ? Kind::recurrent : Kind::kv));
      all.push_back(tokens);
      const Tokens prompt = some(14);
      size_t best = 0;
      for (const Tokens& known : all) {
        const size_t comparable = std::min(known.size(), prompt.size() - 1);
        const auto end = prompt.begin() + static_cast<std::ptrdiff_t>(comparable);
        const auto common =
            static_cast<size_t>(std::mismatch(prompt.begin(), end, known.begin()).first - prompt.begin());
        if (!exact || common == known.size()) best = std::max(best, common);
      }
      const auto match = store.take(prompt, {});
      CHECK(match.report.cached == static_cast<int>(best));
      CHECK(match.state.has_value() == (best > 0));
      if (match.state) CHECK(match.state->positions == static_cast<int>(best));
    }
  }
}

// Many, under a budget that drops most: counts and bytes must come out even.
void stays_in_its_budget() {
  std::mt19937 random(11);
  Store store = store_of(5000);
  for (int round = 0; round < 3000; round++) {
    Tokens tokens(1 + random() % 20);
    for (uint32_t& token : tokens) token = static_cast<uint32_t>(random() % 4);
    auto match = store.take(tokens, {"", "", std::to_string(random() % 3)});
    FakeState state = match.state ? std::move(*match.state) : state_of(0, 50);
    if (random() % 2 == 0) state.memory.push_back(std::make_shared<size_t>(random() % 300));
    state.positions = static_cast<int>(tokens.size());
    store.keep({"", "", std::to_string(random() % 3)}, tokens, std::move(state));
    CHECK(store.bytes() <= 5000);
  }
  store.clear();
  CHECK(store.size() == 0 && store.bytes() == 0);
}

}  // namespace

}  // namespace mlxengine

int main() {
  using namespace mlxengine;
  finds_what_a_prompt_begins_with();
  keeps_forks_beside_each_other();
  keeps_keys_apart();
  drops_the_least_recently_used();
  counts_shared_memory_once();
  goes_back_only_where_states_can();
  goes_back_only_while_the_window_is_there();
  cuts_off_what_has_no_token();
  fetches_from_the_tier();
  finds_the_same_as_a_search_of_all();
  stays_in_its_budget();
  return 0;
}
