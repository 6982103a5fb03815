#pragma once

#include <mlx/array.h>

#include <map>
#include <optional>
#include <string>

#include "runtime/cancellation.h"
#include "weights/adapter_plan.h"

namespace mlxengine {

// The factors of one weight in float32, the right way round, as the files hold them.
struct AdapterFactors {
  mlx::core::array down;
  mlx::core::array up;
  std::optional<mlx::core::array> magnitude;
};

// An adapter's tensors, read at once, in float32: beside a model's they are small.
class AdapterLoader {
 public:
  AdapterLoader(const AdapterPlan& plan, const Cancellation& cancellation);

  AdapterFactors load(const AdapterWeightPlan& weight) const;

 private:
  mlx::core::array factor(const FactorPlan& factor) const;

  std::map<std::string, mlx::core::array> tensors_;
};

}  // namespace mlxengine
