#include "executor/profile.h"

#include <mlx/transforms.h>

#include <algorithm>
#include <array>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// In the order of Operation, by their names in the graph; then what is none of its operations.
constexpr std::array kind_names = {
    "tokens",          "positions",  "tokenTypes", "parameter", "embedding", "selectRows", "pool",          "linear",
    "headLinear",      "matmul",     "rmsNorm",    "layerNorm", "l2Norm",    "rope",       "positionScale", "attention",
    "latentAttention", "unary",      "binary",     "scale",     "clip",      "gated",      "reshape",       "slice",
    "concat",          "transpose",  "broadcast",  "reduce",    "softmax",   "route",      "expertLinear",  "combine",
    "causalConv",      "gatedDelta", "ssmScan",    "(states)",  "(sampling)"};
static_assert(kind_names.size() == std::variant_size_v<Operation> + 2, "a name for each kind of operation");

// A trace of more helps nobody, and would grow with the answer.
constexpr size_t max_operations = 100'000;

}  // namespace

Profile::Profile() {
  for (const bool prefill : {true, false}) {
    for (const char* name : kind_names) kinds_.push_back({name, prefill});
  }
  operations_.names.assign(kind_names.begin(), kind_names.end());
}

void Profile::begin(Phase phase, int tokens) {
  phase_ = phase;
  mark_ = Clock::now();
  steps_.push_back({phase == Phase::prefill, tokens, since_start(mark_), 0});
}

void Profile::operation(const Operation& operation, const std::optional<mx::array>& made) {
  record(operation.index(), made ? std::vector{*made} : std::vector<mx::array>{});
}

void Profile::record(size_t kind, std::vector<mx::array> arrays) {
  const auto start = std::exchange(mark_, Clock::now());
  const auto built = mark_;
  mx::eval(std::move(arrays));
  mark_ = Clock::now();
  const double build = since_start(built) - since_start(start);
  const double compute = since_start(mark_) - since_start(built);
  auto& total = kinds_[phase_ == Phase::prefill ? kind : kind_names.size() + kind];
  total.calls++;
  total.build += build;
  total.compute += compute;
  if (!steps_.empty()) steps_.back().duration = since_start(mark_) - steps_.back().start;
  operations_.complete = operations_.kinds.size() < max_operations;
  if (!operations_.complete) return;
  operations_.kinds.push_back(static_cast<uint8_t>(kind));
  operations_.starts.push_back(since_start(start));
  operations_.builds.push_back(static_cast<float>(build));
  operations_.computes.push_back(static_cast<float>(compute));
}

ProfileReport Profile::report() const {
  ProfileReport report{steps_, {}, operations_};
  std::copy_if(kinds_.begin(), kinds_.end(), std::back_inserter(report.kinds), [](const ProfiledKind& kind) {
    return kind.calls > 0;
  });
  return report;
}

double Profile::since_start(Clock::time_point time) const {
  return std::chrono::duration<double, std::milli>(time - start_).count();
}

}  // namespace mlxengine
