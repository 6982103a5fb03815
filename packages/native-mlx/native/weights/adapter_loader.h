#pragma once

#include <mlx/array.h>

#include <functional>
#include <memory>
#include <optional>

#include "runtime/cancellation.h"
#include "weights/adapter_plan.h"
#include "weights/file_reader.h"

namespace mlxengine {

// The factors of one weight in float32, the right way round, as the files hold them.
struct AdapterFactors {
  mlx::core::array down;
  mlx::core::array up;
  std::optional<mlx::core::array> magnitude;
};

// Reads an adapter's tensors, one weight after another.
class AdapterLoader {
 public:
  // Both outlive it.
  AdapterLoader(const AdapterPlan& plan, const Cancellation& cancellation) : plan_(plan), cancellation_(cancellation) {}

  AdapterFactors load(const AdapterWeightPlan& weight);

 private:
  mlx::core::array factor(const FactorPlan& factor);
  mlx::core::array floats(const std::string& name);

  const AdapterPlan& plan_;
  const Cancellation& cancellation_;
  std::unique_ptr<FileReader> file_;
};

}  // namespace mlxengine
