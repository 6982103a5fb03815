#include "addon/read_operations.h"

namespace mlxengine {

void add_shape_readers(OperationReaders& readers) {
  readers["reshape"] = [](const OperationSource& from) -> Operation {
    return ReshapeOperation{from.value("input"), from.dimensions("dimensions"), from.value("output")};
  };
  readers["slice"] = [](const OperationSource& from) -> Operation {
    return SliceOperation{from.value("input"),
                          from.integer("axis", 0),
                          from.integer("start", 0),
                          from.integer("end", 1),
                          from.integer("step", 1),
                          from.value("output")};
  };
  readers["concat"] = [](const OperationSource& from) -> Operation {
    return ConcatOperation{from.values("inputs"), from.integer("axis", 0), from.value("output")};
  };
  readers["transpose"] = [](const OperationSource& from) -> Operation {
    std::vector<int> permutation;
    for (const JsReader& axis : from["permutation"].array()) permutation.push_back(axis.index(max_rank));
    return TransposeOperation{from.value("input"), std::move(permutation), from.value("output")};
  };
  readers["broadcast"] = [](const OperationSource& from) -> Operation {
    return BroadcastOperation{from.value("input"), from.dimensions("dimensions"), from.value("output")};
  };
}

}  // namespace mlxengine
