#include "executor/elementwise.h"

#include <mlx/ops.h>

#include <numbers>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array number(double value, const mx::array& like) {
  return mx::array(static_cast<float>(value), like.dtype());
}

mx::array silu(const mx::array& x) {
  return mx::multiply(x, mx::sigmoid(x));
}

mx::array gelu(const mx::array& x) {
  const auto share = mx::add(mx::erf(mx::multiply(x, number(1 / std::numbers::sqrt2, x))), number(1, x));
  return mx::multiply(mx::multiply(x, number(0.5, x)), share);
}

mx::array gelu_tanh(const mx::array& x) {
  const auto cube = mx::multiply(mx::multiply(mx::square(x), x), number(0.044715, x));
  const double factor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // √(2 / π)
  const auto bent = mx::tanh(mx::multiply(mx::add(x, cube), number(factor, x)));
  return mx::multiply(mx::multiply(x, number(0.5, x)), mx::add(bent, number(1, x)));
}

mx::array relu(const mx::array& x) {
  return mx::maximum(x, number(0, x));
}

// gpt-oss: its numbers are part of the function.
mx::array swiglu_oai(const mx::array& gate, const mx::array& up) {
  const auto g = mx::minimum(gate, number(7, gate));
  const auto u = mx::maximum(mx::minimum(up, number(7, up)), number(-7, up));
  const auto share = mx::sigmoid(mx::multiply(g, number(1.702, g)));
  return mx::multiply(mx::multiply(g, share), mx::add(u, number(1, u)));
}

}  // namespace

mx::array unary(const mx::array& x, UnaryFunction function) {
  switch (function) {
    case UnaryFunction::negative:
      return mx::negative(x);
    case UnaryFunction::absolute:
      return mx::abs(x);
    case UnaryFunction::exp:
      return mx::exp(x);
    case UnaryFunction::log:
      return mx::log(x);
    case UnaryFunction::sqrt:
      return mx::sqrt(x);
    case UnaryFunction::rsqrt:
      return mx::rsqrt(x);
    case UnaryFunction::square:
      return mx::square(x);
    case UnaryFunction::silu:
      return silu(x);
    case UnaryFunction::gelu:
      return gelu(x);
    case UnaryFunction::gelu_tanh:
      return gelu_tanh(x);
    case UnaryFunction::gelu_fast:
      return mx::multiply(x, mx::sigmoid(mx::multiply(x, number(1.702, x))));
    case UnaryFunction::relu:
      return relu(x);
    case UnaryFunction::relu2:
      return mx::square(relu(x));
    case UnaryFunction::sigmoid:
      return mx::sigmoid(x);
    case UnaryFunction::tanh:
      return mx::tanh(x);
    case UnaryFunction::softplus:
      break;
  }
  return mx::logaddexp(x, number(0, x));
}

mx::array binary(const mx::array& left, const mx::array& right, BinaryFunction function) {
  switch (function) {
    case BinaryFunction::add:
      return mx::add(left, right);
    case BinaryFunction::subtract:
      return mx::subtract(left, right);
    case BinaryFunction::multiply:
      return mx::multiply(left, right);
    case BinaryFunction::divide:
      return mx::divide(left, right);
    case BinaryFunction::minimum:
      return mx::minimum(left, right);
    case BinaryFunction::maximum:
      break;
  }
  return mx::maximum(left, right);
}

mx::array scale(const mx::array& x, const ScaleOperation& operation) {
  const auto scaled = operation.factor == 1.0F ? x : mx::multiply(x, number(operation.factor, x));
  return operation.offset == 0.0F ? scaled : mx::add(scaled, number(operation.offset, x));
}

mx::array clip(const mx::array& x, const ClipOperation& operation) {
  const auto raised = operation.minimum ? mx::maximum(x, number(*operation.minimum, x)) : x;
  return operation.maximum ? mx::minimum(raised, number(*operation.maximum, x)) : raised;
}

mx::array gated(const mx::array& gate, const mx::array& up, GatedActivation activation) {
  switch (activation) {
    case GatedActivation::silu:
      return mx::multiply(silu(gate), up);
    case GatedActivation::gelu:
      return mx::multiply(gelu(gate), up);
    case GatedActivation::gelu_tanh:
      return mx::multiply(gelu_tanh(gate), up);
    case GatedActivation::relu:
      return mx::multiply(relu(gate), up);
    case GatedActivation::relu2:
      return mx::multiply(mx::square(relu(gate)), up);
    case GatedActivation::sigmoid:
      return mx::multiply(mx::sigmoid(gate), up);
    case GatedActivation::swiglu_oai:
      break;
  }
  return swiglu_oai(gate, up);
}

mx::array aligned(const mx::array& x, size_t rank) {
  if (x.ndim() > rank) return x;
  mx::Shape shape{x.shape(0)};
  shape.insert(shape.end(), rank + 1 - x.ndim(), 1);
  shape.insert(shape.end(), x.shape().begin() + 1, x.shape().end());
  return mx::reshape(x, std::move(shape));
}

}  // namespace mlxengine
