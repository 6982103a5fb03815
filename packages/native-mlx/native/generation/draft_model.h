#pragma once

#include <memory>
#include <optional>

#include "executor/state_group.h"
#include "generation/drafter.h"

namespace mlxengine {

struct Model;

// Guesses with a smaller model of the same vocabulary and device, and with the request's own draws, so that the two
// agree as often as they can.
class DraftModel : public Drafter {
 public:
  explicit DraftModel(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  std::vector<uint32_t> draft(const std::vector<uint32_t>& tokens, int most, const RequestSampler& sampler) override;

 private:
  void go_back(const std::vector<uint32_t>& tokens);
  mlx::core::array run(const mlx::core::array& tokens, int count);
  std::vector<uint32_t> choose(mlx::core::array logits, int most, RequestSampler sampler);

  std::shared_ptr<const Model> model_;
  std::optional<StateGroup> state_;
  std::vector<uint32_t> fed_;  // tokens whose positions the state holds
};

}  // namespace mlxengine
