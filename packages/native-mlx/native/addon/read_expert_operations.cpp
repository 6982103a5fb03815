#include "addon/read_operations.h"

namespace mlxengine {

namespace {

std::optional<ExpertGroups> read_groups(const OperationSource& from) {
  if (!from.has("groups")) return std::nullopt;
  const JsReader groups = from["groups"];
  static const std::map<std::string, GroupScore> scores{{"max", GroupScore::max}, {"top2", GroupScore::top2}};
  return ExpertGroups{static_cast<int>(groups["count"].integer(1, max_int)),
                      static_cast<int>(groups["keep"].integer(1, max_int)),
                      OperationSource::choose(groups["score"], scores)};
}

std::optional<RouteNormalize> read_normalize(const OperationSource& from) {
  if (!from.has("normalize")) return std::nullopt;
  const JsReader normalize = from["normalize"];
  static const std::map<std::string, RouteNormalization> modes{{"add", RouteNormalization::add},
                                                               {"maximum", RouteNormalization::maximum}};
  return RouteNormalize{OperationSource::choose(normalize["mode"], modes),
                        static_cast<float>(normalize["epsilon"].number())};
}

Operation read_route(const OperationSource& from) {
  static const std::map<std::string, RouteScoring> scorings{{"softmax", RouteScoring::softmax},
                                                            {"sigmoid", RouteScoring::sigmoid},
                                                            {"logits", RouteScoring::logits},
                                                            {"sparsemixer", RouteScoring::sparsemixer}};
  RouteOperation operation{};
  operation.input = from.value("input");
  operation.scoring = from.one_of("scoring", scorings);
  operation.count = from.integer("count", 1);
  operation.selection_bias = from.optional_weight("selectionBias");
  operation.groups = read_groups(from);
  operation.softmax = from.boolean("softmax");
  operation.normalize = read_normalize(from);
  operation.scale = from.number("scale");
  operation.expert_scale = from.optional_weight("expertScale");
  operation.jitter = from.optional_number("jitter").value_or(0);
  operation.indices = from.value("indices");
  operation.output = from.value("output");
  return operation;
}

}  // namespace

void add_expert_readers(OperationReaders& readers) {
  readers["route"] = read_route;
  readers["expertLinear"] = [](const OperationSource& from) -> Operation {
    return ExpertLinearOperation{
        from.value("input"), from.value("indices"), from.weight("weight"), from.value("output")};
  };
  readers["combine"] = [](const OperationSource& from) -> Operation {
    return CombineOperation{from.value("input"), from.value("weights"), from.value("output")};
  };
}

}  // namespace mlxengine
