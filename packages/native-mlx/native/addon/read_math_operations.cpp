#include "addon/read_operations.h"

namespace mlxengine {

namespace {

const std::map<std::string, UnaryFunction> unary_functions{
    {"negative", UnaryFunction::negative},
    {"absolute", UnaryFunction::absolute},
    {"exp", UnaryFunction::exp},
    {"log", UnaryFunction::log},
    {"sqrt", UnaryFunction::sqrt},
    {"rsqrt", UnaryFunction::rsqrt},
    {"square", UnaryFunction::square},
    {"silu", UnaryFunction::silu},
    {"gelu", UnaryFunction::gelu},
    {"geluTanh", UnaryFunction::gelu_tanh},
    {"geluFast", UnaryFunction::gelu_fast},
    {"relu", UnaryFunction::relu},
    {"relu2", UnaryFunction::relu2},
    {"sigmoid", UnaryFunction::sigmoid},
    {"tanh", UnaryFunction::tanh},
    {"softplus", UnaryFunction::softplus},
};

const std::map<std::string, BinaryFunction> binary_functions{
    {"add", BinaryFunction::add},
    {"subtract", BinaryFunction::subtract},
    {"multiply", BinaryFunction::multiply},
    {"divide", BinaryFunction::divide},
    {"minimum", BinaryFunction::minimum},
    {"maximum", BinaryFunction::maximum},
};

const std::map<std::string, GatedActivation> gated_activations{
    {"silu", GatedActivation::silu},
    {"gelu", GatedActivation::gelu},
    {"geluTanh", GatedActivation::gelu_tanh},
    {"relu", GatedActivation::relu},
    {"relu2", GatedActivation::relu2},
    {"sigmoid", GatedActivation::sigmoid},
    {"swigluOai", GatedActivation::swiglu_oai},
};

const std::map<std::string, ReduceFunction> reduce_functions{
    {"sum", ReduceFunction::sum},
    {"mean", ReduceFunction::mean},
    {"max", ReduceFunction::max},
    {"deviation", ReduceFunction::deviation},
};

}  // namespace

void add_math_readers(OperationReaders& readers) {
  readers["unary"] = [](const OperationSource& from) -> Operation {
    return UnaryOperation{from.one_of("function", unary_functions), from.value("input"), from.value("output")};
  };
  readers["binary"] = [](const OperationSource& from) -> Operation {
    return BinaryOperation{
        from.one_of("function", binary_functions), from.value("left"), from.value("right"), from.value("output")};
  };
  readers["scale"] = [](const OperationSource& from) -> Operation {
    return ScaleOperation{from.value("input"), from.number("factor"), from.number("offset"), from.value("output")};
  };
  readers["clip"] = [](const OperationSource& from) -> Operation {
    return ClipOperation{
        from.value("input"), from.optional_number("minimum"), from.optional_number("maximum"), from.value("output")};
  };
  readers["gated"] = [](const OperationSource& from) -> Operation {
    return GatedOperation{
        from.one_of("activation", gated_activations), from.value("gate"), from.value("up"), from.value("output")};
  };
  readers["reduce"] = [](const OperationSource& from) -> Operation {
    return ReduceOperation{from.one_of("function", reduce_functions), from.value("input"), from.value("output")};
  };
  readers["softmax"] = [](const OperationSource& from) -> Operation {
    return SoftmaxOperation{from.value("input"), from.value("output")};
  };
}

}  // namespace mlxengine
