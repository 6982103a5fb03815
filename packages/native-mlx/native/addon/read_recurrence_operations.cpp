#include "addon/read_operations.h"

namespace mlxengine {

void add_recurrence_readers(OperationReaders& readers) {
  readers["causalConv"] = [](const OperationSource& from) -> Operation {
    static const std::map<std::string, ConvActivation> activations{{"none", ConvActivation::none},
                                                                   {"silu", ConvActivation::silu}};
    return CausalConvOperation{from.value("input"),
                               from.weight("weight"),
                               from.optional_weight("bias"),
                               from.one_of("activation", activations),
                               from.state("state"),
                               from.value("output")};
  };
  readers["gatedDelta"] = [](const OperationSource& from) -> Operation {
    return GatedDeltaOperation{from.value("queries"),
                               from.value("keys"),
                               from.value("values"),
                               from.value("decay"),
                               from.value("beta"),
                               from.state("state"),
                               from.value("output")};
  };
  readers["ssmScan"] = [](const OperationSource& from) -> Operation {
    return SSMScanOperation{from.value("input"),
                            from.value("dt"),
                            from.value("a"),
                            from.value("b"),
                            from.value("c"),
                            from.state("state"),
                            from.value("output")};
  };
}

}  // namespace mlxengine
