#include "addon/read_operations.h"

namespace mlxengine {

namespace {

std::optional<DynamicRope> read_dynamic(const OperationSource& from) {
  if (!from.has("dynamic")) return std::nullopt;
  const JsReader dynamic = from["dynamic"];
  return DynamicRope{dynamic["base"].number(), dynamic["factor"].number(), dynamic["maximum"].number()};
}

std::optional<PlainRope> read_plain(const OperationSource& from) {
  if (!from.has("plain")) return std::nullopt;
  const JsReader plain = from["plain"];
  return PlainRope{static_cast<float>(plain["base"].number()), static_cast<float>(plain["scale"].number())};
}

Operation read_rope(const OperationSource& from) {
  return RopeOperation{from.value("input"),
                       from.integer("rotaryDimensions", 2, 1 << 20),
                       from.boolean("traditional"),
                       from["inverseFrequencies"].numbers(),
                       from.number("amplitude"),
                       read_dynamic(from),
                       read_plain(from),
                       from.value("output")};
}

Operation read_attention(const OperationSource& from) {
  AttentionOperation operation{};
  operation.queries = from.value("queries");
  operation.keys = from.value("keys");
  operation.values = from.value("values");
  operation.state = from.optional_state("state");
  operation.writes = operation.state && from.is_first_of(*operation.state);
  operation.scale = from.number("scale");
  operation.causal = from.boolean("causal");
  operation.window = from.optional_integer("window", 1);
  operation.softcap = from.optional_number("softcap");
  operation.sinks = from.optional_weight("sinks");
  operation.output = from.value("output");
  return operation;
}

Operation read_latent_attention(const OperationSource& from) {
  return LatentAttentionOperation{from.value("queries"),
                                  from.value("rotatedQueries"),
                                  from.value("latents"),
                                  from.value("rotatedKeys"),
                                  from.weight("keyWeight"),
                                  from.weight("valueWeight"),
                                  from.state("state"),
                                  from.number("scale"),
                                  from.value("output")};
}

}  // namespace

void add_attention_readers(OperationReaders& readers) {
  readers["rope"] = read_rope;
  readers["positionScale"] = [](const OperationSource& from) -> Operation {
    return PositionScaleOperation{
        from.value("input"), from.number("beta"), from.integer("length", 1), from.value("output")};
  };
  readers["attention"] = read_attention;
  readers["latentAttention"] = read_latent_attention;
}

}  // namespace mlxengine
