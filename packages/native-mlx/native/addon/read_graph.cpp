#include "addon/read_graph.h"

#include <functional>
#include <limits>
#include <map>

#include "graph/check_graph.h"

namespace mlxengine {

namespace {

constexpr size_t max_rank = 8;
constexpr int max_int = std::numeric_limits<int>::max();

class GraphReader {
 public:
  explicit GraphReader(const JsReader& source) : source_(source) {}

  Graph read() {
    if (source_["specificationVersion"].string() != "v1") source_["specificationVersion"].fail("\"v1\"");
    read_values();
    read_states();
    read_weights();
    for (const JsReader& operation : source_["operations"].array())
      graph_.operations.push_back(read_operation(operation));
    graph_.logits = value(source_["outputs"]["logits"]);
    graph_.vocabulary_size = static_cast<int>(source_["vocabularySize"].integer(1, max_int));
    graph_.context_length = static_cast<int>(source_["contextLength"].integer(1, max_int));
    check_graph(graph_);
    return std::move(graph_);
  }

 private:
  void read_values() {
    for (const JsReader& value : source_["values"].array()) {
      const std::string leading = value["leading"].string();
      if (leading != "tokens" && leading != "rows") value["leading"].fail("\"tokens\" or \"rows\"");
      graph_.values.push_back(
          {leading == "tokens" ? Leading::tokens : Leading::rows, value["dimensions"].dimensions(max_rank)});
    }
  }

  void read_states() {
    for (const JsReader& state : source_["states"].array()) {
      if (state["type"].string() != "kv") state["type"].fail("\"kv\"");
      const std::string name = state["name"].string();
      if (!states_.emplace(name, static_cast<StateId>(graph_.states.size())).second)
        state["name"].fail("a name of its own");
      const auto dimension = [&](const char* key) { return static_cast<int>(state[key].integer(1, 1 << 20)); };
      graph_.states.push_back({name, dimension("heads"), dimension("keyDimension"), dimension("valueDimension")});
    }
  }

  void read_weights() {
    for (const JsReader& weight : source_["weights"].array()) {
      const std::string path = weight["path"].string();
      const std::string kind = weight["kind"].string();
      if (kind != "matrix" && kind != "vector") weight["kind"].fail("\"matrix\" or \"vector\"");
      if (!weights_.emplace(path, static_cast<WeightId>(graph_.weights.size())).second)
        weight["path"].fail("a path of its own");
      graph_.weights.push_back(
          {path, kind == "matrix", weight["shape"].dimensions(max_rank), weight["bias"].boolean()});
    }
  }

  Operation read_operation(const JsReader& from) const {
    const std::string type = from["type"].string();
    const auto found = readers().find(type);
    if (found == readers().end()) from["type"].fail("an operation that this addon knows");
    return found->second(*this, from);
  }

  using Reader = Operation (*)(const GraphReader&, const JsReader&);

  static const std::map<std::string, Reader>& readers() {
    static const std::map<std::string, Reader> readers{
        {"tokens",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return TokensOperation{graph.value(from["output"])};
         }},
        {"embedding",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return EmbeddingOperation{
               graph.value(from["input"]), graph.weight(from["weight"]), graph.value(from["output"])};
         }},
        {"linear",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return LinearOperation{
               graph.value(from["input"]), graph.weight(from["weight"]), graph.value(from["output"])};
         }},
        {"rmsNorm",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           const auto epsilon = static_cast<float>(from["epsilon"].number());
           return RmsNormOperation{
               graph.value(from["input"]), graph.weight(from["weight"]), epsilon, graph.value(from["output"])};
         }},
        {"reshape",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return ReshapeOperation{
               graph.value(from["input"]), from["dimensions"].dimensions(max_rank), graph.value(from["output"])};
         }},
        {"rope", [](const GraphReader& graph, const JsReader& from) -> Operation { return graph.read_rope(from); }},
        {"attention",
         [](const GraphReader& graph, const JsReader& from) -> Operation { return graph.read_attention(from); }},
        {"gated",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           if (from["activation"].string() != "silu") from["activation"].fail("\"silu\"");
           return GatedOperation{
               Activation::silu, graph.value(from["gate"]), graph.value(from["up"]), graph.value(from["output"])};
         }},
        {"add",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return AddOperation{graph.value(from["left"]), graph.value(from["right"]), graph.value(from["output"])};
         }},
        {"selectRows",
         [](const GraphReader& graph, const JsReader& from) -> Operation {
           return SelectRowsOperation{graph.value(from["input"]), graph.value(from["output"])};
         }},
    };
    return readers;
  }

  Operation read_rope(const JsReader& from) const {
    return RopeOperation{value(from["input"]),
                         static_cast<int>(from["rotaryDimensions"].integer(2, 1 << 20)),
                         from["traditional"].boolean(),
                         from["inverseFrequencies"].numbers(),
                         static_cast<float>(from["amplitude"].number()),
                         value(from["output"])};
  }

  Operation read_attention(const JsReader& from) const {
    return AttentionOperation{value(from["queries"]),
                              value(from["keys"]),
                              value(from["values"]),
                              named(from["state"], states_, "the name of a state"),
                              static_cast<float>(from["scale"].number()),
                              value(from["output"])};
  }

  ValueId value(const JsReader& from) const { return from.index(graph_.values.size()); }

  WeightId weight(const JsReader& from) const { return named(from, weights_, "the path of a weight"); }

  static int named(const JsReader& from, const std::map<std::string, int>& names, const char* expected) {
    const auto found = names.find(from.string());
    if (found == names.end()) from.fail(expected);
    return found->second;
  }

  const JsReader& source_;
  Graph graph_;
  std::map<std::string, StateId> states_;
  std::map<std::string, WeightId> weights_;
};

}  // namespace

Graph read_graph(const JsReader& source) {
  return GraphReader(source).read();
}

}  // namespace mlxengine
