#pragma once

#include "executor/adapter.h"
#include "weights/adapter_loader.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// An adapter's change of a weight, evaluated, in the compute dtype. Of DoRA the norms of all rows are computed here,
// once.
AdapterWeight adapter_weight(const LoadedWeight& weight, const AdapterFactors& factors, mlx::core::Dtype dtype);

// A weight with the change in it, evaluated: quantized as it was, or dense.
LoadedWeight fused(const LoadedWeight& weight, const AdapterWeight& change, bool dequantize, mlx::core::Dtype dtype);

}  // namespace mlxengine
