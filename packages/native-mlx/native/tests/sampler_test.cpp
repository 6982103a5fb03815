// Rows of many requests in one call get to the bit what each gets alone, and rows of drafts what steps one after
// another would. JavaScript sees neither which rows share a call nor drafts.
#include <mlx/device.h>
#include <mlx/ops.h>
#include <mlx/random.h>
#include <mlx/transforms.h>

#include <optional>
#include <string_view>
#include <vector>

#include "check.h"
#include "generation/sampler.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int vocabulary_size = 5000;
constexpr int requests = 24;
constexpr int steps = 5;
const std::vector<uint32_t> prompt{1, 2, 3, 2, 2, 9, 7};

// Every mixture of what a request may ask.
SamplingParameters parameters_of(int request) {
  SamplingParameters parameters;
  parameters.seed = static_cast<uint32_t>(request) * 77;
  if (request % 3 != 0) parameters.temperature = 0.5F + 0.3F * static_cast<float>(request % 5);
  if (request % 2 == 1) parameters.top_p = 0.7F;
  if (request % 4 == 1) parameters.top_k = 3 + request * 7;
  if (request % 5 == 2) parameters.min_p = 0.1F;
  if (request % 10 == 7) parameters.min_tokens_to_keep = 3;
  if (request % 7 == 3) {
    parameters.xtc_probability = 0.6F;
    parameters.xtc_threshold = 0.01F;
    parameters.xtc_excluded_tokens = {1, 2, 3};
  }
  if (request % 3 == 1) {
    parameters.repetition_penalty = 1.3F;
    parameters.repetition_context = 1 + request;
  }
  if (request % 4 == 2) parameters.presence_penalty = 1;
  if (request % 6 == 5) {
    parameters.frequency_penalty = 0.7F;
    parameters.frequency_context = 4;
  }
  if (request % 5 == 4) {
    parameters.bias_tokens = {5, 9};
    parameters.biases = {3, -2};
  }
  return parameters;
}

RequestSampler sampler_of(int request) {
  const auto log_probabilities = request % 5 == 0 ? std::nullopt : std::optional<int>(request % 4);
  return {parameters_of(request), log_probabilities, prompt};
}

std::optional<mx::array> allowed_of(int request) {
  if (request % 8 != 6) return std::nullopt;
  return unpack_mask(std::vector<uint32_t>((vocabulary_size + 31) / 32, 0x10101010U), vocabulary_size);
}

struct Choice {
  uint32_t token;
  std::optional<TokenLogProbabilities> told;
};

bool equal(const Choice& left, const Choice& right) {
  if (left.token != right.token || left.told.has_value() != right.told.has_value()) return false;
  if (!left.told) return true;
  return left.told->own == right.told->own && left.told->top_tokens == right.told->top_tokens &&
         left.told->top == right.told->top;
}

std::vector<Choice> read(const Sampled& sampled) {
  mx::eval(sampled.arrays());
  const auto told = sampled.log_probabilities.read();
  std::vector<Choice> choices;
  for (size_t row = 0; row < told.size(); row++) choices.push_back({sampled.tokens.data<uint32_t>()[row], told[row]});
  return choices;
}

// Row request · steps + step, the same for all tests.
mx::array all_logits() {
  return mx::multiply(mx::random::normal({requests * steps, vocabulary_size}, mx::float32, mx::random::key(7)),
                      mx::array(2.0F));
}

// Requests of odd numbers hear what their tokens were, those of even numbers never do.
std::vector<Choice> steps_alone(const mx::array& logits, int request) {
  RequestSampler sampler = sampler_of(request);
  std::vector<Choice> choices;
  for (int step = 0; step < steps; step++) {
    const int row = request * steps + step;
    const Sampled sampled =
        sample(mx::slice(logits, {row, 0}, {row + 1, vocabulary_size}), {{&sampler, 0, allowed_of(request)}});
    sampler.advance(sampled.tokens, 0);
    choices.push_back(read(sampled)[0]);
    if (request % 2 == 1) sampler.settle(choices.back().token);
  }
  return choices;
}

// All requests in each step; the tokens of a step are not read before the next one.
void test_side_by_side(const mx::array& logits, const std::vector<std::vector<Choice>>& alone) {
  std::vector<RequestSampler> samplers;
  for (int request = 0; request < requests; request++) samplers.push_back(sampler_of(request));
  std::vector<Sampled> sampled;
  for (int step = 0; step < steps; step++) {
    std::vector<int> own;
    SamplerRows rows;
    for (int request = 0; request < requests; request++) {
      own.push_back(request * steps + step);
      rows.push_back({&samplers[static_cast<size_t>(request)], 0, allowed_of(request)});
    }
    sampled.push_back(sample(mx::take(logits, mx::array(own.begin(), {requests}, mx::int32), 0), rows));
    for (int request = 0; request < requests; request++)
      samplers[static_cast<size_t>(request)].advance(sampled.back().tokens, request);
  }
  for (size_t step = 0; step < sampled.size(); step++) {
    const auto choices = read(sampled[step]);
    for (size_t request = 0; request < choices.size(); request++) CHECK(equal(choices[request], alone[request][step]));
  }
}

// All steps of all requests in one call, where each request's drafts are the tokens that it will choose.
void test_drafts(const mx::array& logits, const std::vector<std::vector<Choice>>& alone, bool on_device) {
  std::vector<RequestSampler> samplers;
  for (int request = 0; request < requests; request++) {
    std::vector<uint32_t> drafted;
    for (const Choice& choice : alone[static_cast<size_t>(request)]) drafted.push_back(choice.token);
    drafted.pop_back();
    RequestSampler& sampler = samplers.emplace_back(sampler_of(request));
    if (on_device)
      sampler.suppose(mx::array(drafted.begin(), {steps - 1}, mx::uint32));
    else
      sampler.suppose(drafted);
  }
  SamplerRows rows;
  for (int request = 0; request < requests; request++) {
    for (int step = 0; step < steps; step++)
      rows.push_back({&samplers[static_cast<size_t>(request)], step, allowed_of(request)});
  }
  const auto choices = read(sample(logits, rows));
  for (size_t row = 0; row < choices.size(); row++) CHECK(equal(choices[row], alone[row / steps][row % steps]));
}

// A request that was cut off goes on as if nothing had happened.
void test_going_on(const mx::array& logits, const std::vector<std::vector<Choice>>& alone) {
  for (int request = 0; request < requests; request++) {
    const auto& choices = alone[static_cast<size_t>(request)];
    std::vector<uint32_t> tokens = prompt;
    for (int step = 0; step < 3; step++) tokens.push_back(choices[static_cast<size_t>(step)].token);
    RequestSampler sampler(parameters_of(request), sampler_of(request).log_probabilities(), tokens, 3);
    const int row = request * steps + 3;
    const auto logits_of_step = mx::slice(logits, {row, 0}, {row + 1, vocabulary_size});
    CHECK(equal(read(sample(logits_of_step, {{&sampler, 0, allowed_of(request)}}))[0], choices[3]));
  }
}

}  // namespace

}  // namespace mlxengine

// On the CPU, or, as `sampler_test gpu`, on the GPU.
int main(int count, char** arguments) {
  using namespace mlxengine;
  const bool gpu = count > 1 && std::string_view(arguments[1]) == "gpu";
  mx::set_default_device(gpu ? mx::Device::gpu : mx::Device::cpu);
  const mx::array logits = all_logits();
  std::vector<std::vector<Choice>> alone;
  for (int request = 0; request < requests; request++) alone.push_back(steps_alone(logits, request));
  test_side_by_side(logits, alone);
  test_drafts(logits, alone, false);
  test_drafts(logits, alone, true);
  test_going_on(logits, alone);
  return 0;
}
