#include "addon/read_operations.h"

namespace mlxengine {

void add_weight_readers(OperationReaders& readers) {
  readers["linear"] = [](const OperationSource& from) -> Operation {
    return LinearOperation{from.value("input"), from.weight("weight"), from.value("output")};
  };
  readers["headLinear"] = [](const OperationSource& from) -> Operation {
    return HeadLinearOperation{from.value("input"), from.weight("weight"), from.value("output")};
  };
  readers["matmul"] = [](const OperationSource& from) -> Operation {
    return MatmulOperation{from.value("left"), from.value("right"), from.value("output")};
  };
  readers["rmsNorm"] = [](const OperationSource& from) -> Operation {
    return RmsNormOperation{from.value("input"),
                            from.optional_weight("weight"),
                            from.number("weightOffset"),
                            from.number("epsilon"),
                            from.value("output")};
  };
  readers["layerNorm"] = [](const OperationSource& from) -> Operation {
    return LayerNormOperation{from.value("input"),
                              from.optional_weight("weight"),
                              from.number("weightOffset"),
                              from.number("epsilon"),
                              from.value("output")};
  };
  readers["l2Norm"] = [](const OperationSource& from) -> Operation {
    return L2NormOperation{from.value("input"), from.number("epsilon"), from.value("output")};
  };
}

}  // namespace mlxengine
