#include "addon/read_operations.h"

namespace mlxengine {

void add_input_readers(OperationReaders& readers) {
  readers["tokens"] = [](const OperationSource& from) -> Operation { return TokensOperation{from.value("output")}; };
  readers["positions"] = [](const OperationSource& from) -> Operation {
    // So far that a position and the offset are still an int.
    return PositionsOperation{from.integer("offset", 0, 1 << 20), from.value("output")};
  };
  readers["tokenTypes"] = [](const OperationSource& from) -> Operation {
    return TokenTypesOperation{from.value("output")};
  };
  readers["parameter"] = [](const OperationSource& from) -> Operation {
    return ParameterOperation{from.weight("weight"), from.value("output")};
  };
  readers["embedding"] = [](const OperationSource& from) -> Operation {
    return EmbeddingOperation{
        from.value("input"), from.weight("weight"), from.optional_integer("limit", 1), from.value("output")};
  };
  readers["selectRows"] = [](const OperationSource& from) -> Operation {
    return SelectRowsOperation{from.value("input"), from.value("output")};
  };
  readers["pool"] = [](const OperationSource& from) -> Operation {
    static const std::map<std::string, PoolMode> modes{
        {"mean", PoolMode::mean}, {"max", PoolMode::max}, {"first", PoolMode::first}, {"last", PoolMode::last}};
    return PoolOperation{from.one_of("mode", modes), from.value("input"), from.value("output")};
  };
}

}  // namespace mlxengine
