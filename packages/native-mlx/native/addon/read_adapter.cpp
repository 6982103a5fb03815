#include "addon/read_adapter.h"

#include <set>

#include "addon/read_requests.h"

namespace mlxengine {

namespace {

constexpr int64_t max_id = std::numeric_limits<int>::max();

// Whether an operation uses a weight in a way that an adapter cannot change.
struct ForeignUse {
  WeightId id;
  const Graph& graph;

  bool changes_with_step(ValueId output) const {
    return graph.values[static_cast<size_t>(output)].leading != Leading::none;
  }

  bool operator()(const LinearOperation& of) const { return of.weight == id && !changes_with_step(of.output); }
  bool operator()(const EmbeddingOperation& of) const { return of.weight == id && !changes_with_step(of.output); }
  bool operator()(const ExpertLinearOperation&) const { return false; }
  bool operator()(const LatentAttentionOperation& of) const { return of.key_weight == id || of.value_weight == id; }
  template <typename Other>
  bool operator()(const Other& of) const {
    if constexpr (requires { of.weight; }) return of.weight == id;
    return false;
  }
};

class AdapterReader {
 public:
  AdapterReader(const JsReader& source, const Graph& graph) : source_(source), graph_(graph) {
    for (size_t i = 0; i < graph.weights.size(); i++) ids_.emplace(graph.weights[i].path, static_cast<WeightId>(i));
  }

  AdapterPlan read() {
    plan_.id = static_cast<int>(source_["id"].integer(0, max_id));
    for (const JsReader& tensor : source_["tensors"].array()) read_tensor(tensor);
    for (const JsReader& weight : source_["weights"].array()) plan_.weights.push_back(read_weight(weight));
    return std::move(plan_);
  }

 private:
  void read_tensor(const JsReader& source) {
    const std::string name = source["name"].string();
    const TensorPlan& plan = plan_.tensors.insert_or_assign(name, read_tensor_plan(source)).first->second;
    if (!mlx::core::issubdtype(plan.dtype, mlx::core::floating)) source["dtype"].fail("floats");
    if (!plan.file.empty()) return;
    const JsReader bytes = source["bytes"];
    if (!bytes.value().IsTypedArray()) bytes.fail("a Uint8Array");
    const auto given = bytes.value().As<Napi::Uint8Array>();
    if (given.ByteLength() != plan.byte_length) bytes.fail(std::to_string(plan.byte_length) + " bytes");
    plan_.provided[name].assign(given.Data(), given.Data() + given.ByteLength());
  }

  AdapterWeightPlan read_weight(const JsReader& source) {
    const auto found = ids_.find(source["path"].string());
    if (found == ids_.end()) source["path"].fail("the path of a weight");
    const WeightId id = found->second;
    if (!seen_.insert(id).second) source["path"].fail("each weight once");
    const Weight& weight = graph_.weights[static_cast<size_t>(id)];
    const bool fits = weight.kind == WeightKind::matrix || weight.kind == WeightKind::stack;
    for (const Operation& operation : graph_.operations) {
      if (!fits || std::visit(ForeignUse{id, graph_}, operation))
        source["path"].fail("a weight that adapters can change");
    }
    AdapterWeightPlan plan{id, read_factor(source["down"]), read_factor(source["up"]), 0, std::nullopt};
    plan.scale = static_cast<float>(source["scale"].number());
    check(source, weight, plan);
    if (!source.has("magnitude")) return plan;
    plan.magnitude = source["magnitude"].string();
    if (weight.kind == WeightKind::stack) source["magnitude"].fail("none for a stack");
    expect(source["magnitude"], *plan.magnitude, {weight.shape[0]});
    return plan;
  }

  static FactorPlan read_factor(const JsReader& source) {
    return {source["tensor"].string(), source["transposed"].boolean()};
  }

  void check(const JsReader& source, const Weight& weight, const AdapterWeightPlan& plan) {
    auto down = weight.shape;
    auto up = weight.shape;
    const auto found = plan_.tensors.find(plan.down.tensor);
    const size_t rank = weight.shape.size();
    if (found == plan_.tensors.end() || found->second.shape.size() != rank)
      source["down"].fail("a tensor of the weight's rank");
    const int inner = found->second.shape[rank - (plan.down.transposed ? 1 : 2)];
    down[rank - 2] = inner;
    up[rank - 1] = inner;
    if (plan.down.transposed) std::swap(down[rank - 2], down[rank - 1]);
    if (plan.up.transposed) std::swap(up[rank - 2], up[rank - 1]);
    expect(source["down"], plan.down.tensor, down);
    expect(source["up"], plan.up.tensor, up);
  }

  void expect(const JsReader& source, const std::string& tensor, const std::vector<int>& shape) const {
    const auto found = plan_.tensors.find(tensor);
    if (found == plan_.tensors.end() || found->second.shape != shape) source.fail("a tensor of the weight's shape");
  }

  const JsReader& source_;
  const Graph& graph_;
  std::map<std::string, WeightId> ids_;
  std::set<WeightId> seen_;
  AdapterPlan plan_;
};

}  // namespace

AdapterPlan read_adapter_plan(const JsReader& source, const Graph& graph) {
  return AdapterReader(source, graph).read();
}

}  // namespace mlxengine
