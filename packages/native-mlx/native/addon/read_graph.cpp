#include "addon/read_graph.h"

#include "addon/read_operations.h"
#include "graph/check_graph.h"

namespace mlxengine {

namespace {

const OperationReaders& operation_readers() {
  static const OperationReaders readers = [] {
    OperationReaders all;
    add_input_readers(all);
    add_math_readers(all);
    add_shape_readers(all);
    add_weight_readers(all);
    add_expert_readers(all);
    add_attention_readers(all);
    add_recurrence_readers(all);
    return all;
  }();
  return readers;
}

// Trailing dimensions whose product stays an int, so that no arithmetic on sizes can overflow later.
std::vector<int> read_shape(const JsReader& from) {
  auto shape = from.dimensions(max_rank);
  int64_t product = 1;
  for (const int dimension : shape) {
    product *= dimension;
    if (product > max_int) from.fail("a product of at most 31 bits");
  }
  return shape;
}

bool is_bfloat16(const JsReader& value) {
  if (!value.has("precision")) return false;
  if (value["precision"].string() != "bfloat16") value["precision"].fail("\"bfloat16\"");
  if (value["dtype"].string() != "float") value["dtype"].fail("\"float\" with a precision");
  return true;
}

class GraphReader {
 public:
  explicit GraphReader(const JsReader& source) : source_(source) {}

  Graph read() {
    if (source_["specificationVersion"].string() != "v1") source_["specificationVersion"].fail("\"v1\"");
    read_values();
    read_states();
    read_weights();
    read_operations();
    read_outputs();
    graph_.vocabulary_size = static_cast<int>(source_["vocabularySize"].integer(1, max_int));
    graph_.context_length = static_cast<int>(source_["contextLength"].integer(1, max_int));
    check_graph(graph_);
    return std::move(graph_);
  }

 private:
  void read_values() {
    static const std::map<std::string, Leading> leadings{{"tokens", Leading::tokens},
                                                         {"rows", Leading::rows},
                                                         {"sequences", Leading::sequences},
                                                         {"none", Leading::none}};
    static const std::map<std::string, ElementType> types{{"int32", ElementType::integer},
                                                          {"float", ElementType::real}};
    for (const JsReader& value : source_["values"].array()) {
      graph_.values.push_back({OperationSource::choose(value["leading"], leadings),
                               read_shape(value["dimensions"]),
                               OperationSource::choose(value["dtype"], types),
                               is_bfloat16(value)});
    }
    names_.values = graph_.values.size();
  }

  void read_states() {
    for (const JsReader& state : source_["states"].array()) {
      if (!names_.states.emplace(state["name"].string(), static_cast<StateId>(graph_.states.size())).second)
        state["name"].fail("a name of its own");
      graph_.states.push_back(read_state(state));
    }
  }

  static State read_state(const JsReader& state) {
    const std::string name = state["name"].string();
    const std::string type = state["type"].string();
    const auto dimension = [&](const char* key) { return static_cast<int>(state[key].integer(1, 1 << 20)); };
    if (type == "kv") {
      KVState kv{name, dimension("heads"), dimension("keyDimension"), dimension("valueDimension"), std::nullopt};
      if (state.has("window")) kv.window = static_cast<int>(state["window"].integer(1, max_int));
      return kv;
    }
    if (type == "latent") return LatentState{name, dimension("rank"), dimension("ropeDimension")};
    if (type == "rolling") return RollingState{name, dimension("channels"), dimension("width")};
    if (type == "matrix") return MatrixState{name, read_shape(state["shape"])};
    state["type"].fail("kv, latent, rolling or matrix");
  }

  void read_weights() {
    static const std::map<std::string, WeightKind> kinds{{"matrix", WeightKind::matrix},
                                                         {"stack", WeightKind::stack},
                                                         {"vector", WeightKind::vector},
                                                         {"tensor", WeightKind::tensor}};
    for (const JsReader& weight : source_["weights"].array()) {
      const std::string path = weight["path"].string();
      if (!names_.weights.emplace(path, static_cast<WeightId>(graph_.weights.size())).second)
        weight["path"].fail("a path of its own");
      graph_.weights.push_back({path,
                                OperationSource::choose(weight["kind"], kinds),
                                weight["shape"].dimensions(max_rank),
                                weight["bias"].boolean()});
    }
  }

  void read_operations() {
    for (const JsReader& operation : source_["operations"].array()) {
      const auto found = operation_readers().find(operation["type"].string());
      if (found == operation_readers().end()) operation["type"].fail("an operation that this addon knows");
      graph_.operations.push_back(found->second(OperationSource(operation, names_)));
    }
  }

  void read_outputs() {
    const JsReader outputs = source_["outputs"];
    const auto read = [&](const char* key) {
      return outputs.has(key) ? std::optional(outputs[key].index(names_.values)) : std::nullopt;
    };
    graph_.outputs = {read("logits"), read("pooled"), read("hidden")};
  }

  const JsReader& source_;
  Graph graph_;
  GraphNames names_;
};

}  // namespace

Graph read_graph(const JsReader& source) {
  return GraphReader(source).read();
}

}  // namespace mlxengine
