#include "generation/decode_batch.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <numeric>

#include "generation/admission.h"
#include "generation/sampler.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array rows_of(const mx::array& logits, const std::vector<int>& rows) {
  const auto count = static_cast<int>(rows.size());
  if (count == logits.shape(0)) return logits;
  if (count == 1) return mx::slice(logits, {rows.front(), 0}, {rows.front() + 1, logits.shape(1)});
  return mx::take(logits, mx::array(rows.begin(), {count}), 0);
}

std::vector<uint32_t> only(uint32_t token, int vocabulary_size) {
  std::vector<uint32_t> mask((static_cast<size_t>(vocabulary_size) + 31) / 32);
  mask[token / 32] = uint32_t{1} << (token % 32);
  return mask;
}

}  // namespace

RequestSampler sampler_of(const Generation& generation) {
  const GenerateRequest& request = generation.request();
  const int chosen = request.generated_tokens + generation.generated();
  return {request.sampling, request.log_probabilities, generation.tokens(), chosen};
}

void DecodeBatch::join(Prefilled sequence) {
  join_state(std::move(sequence.state));
  auto sampler = sampler_of(*sequence.generation);
  Row& row = rows_.emplace_back(Row{std::move(sequence.generation), std::move(sampler)});
  row.left = row.generation->request().max_tokens - row.generation->generated();
  if (row.generation->constraint() == nullptr) return choose(row, sequence.logits, std::nullopt);
  row.logits = std::move(sequence.logits);
  mx::async_eval(*row.logits);
  row.generation->constraint()->ask();
}

int64_t DecodeBatch::positions_to_come() const {
  int64_t positions = 0;
  for (const Row& row : rows_) positions += Admission::expected_positions(0, row.left);
  return positions;
}

bool DecodeBatch::can_step() {
  answer_constrained();
  return std::any_of(rows_.begin(), rows_.end(), [](const Row& row) {
    return row.token || row.failure || row.generation->cancelled();
  });
}

std::vector<Ended> DecodeBatch::step() {
  std::vector<Ended> ended = failed();
  if (rows_.empty()) return ended;
  submit();
  collect(ended);
  return ended;
}

std::vector<GenerationPtr> DecodeBatch::disband() {
  std::vector<GenerationPtr> generations;
  for (Row& row : rows_) generations.push_back(std::move(row.generation));
  rows_.clear();
  group_.reset();
  return generations;
}

// Each row's grammar works on its mask while the device computes the logits that it will be laid on.
void DecodeBatch::answer_constrained() {
  const int vocabulary_size = executor_.graph().vocabulary_size;
  for (Row& row : rows_) {
    if (!row.logits || row.failure) continue;
    try {
      const auto choice = row.generation->constraint()->answer();
      if (!choice) continue;
      const auto mask = choice->forced ? only(*choice->forced, vocabulary_size) : choice->mask;
      choose(row, *row.logits, unpack_mask(mask, vocabulary_size));
      row.logits.reset();
    } catch (const FailureError& error) {
      row.failure = error.failure();
    }
  }
}

void DecodeBatch::choose(Row& row, const mx::array& logits, std::optional<mx::array> allowed) {
  Sampled sampled = sample(logits, {{&row.sampler, 0, std::move(allowed)}});
  row.sampler.advance(sampled.tokens, 0);
  if (Profile* profile = row.generation->profile()) profile->sampled(sampled.arrays());
  mx::async_eval(sampled.arrays());
  row.token = ChosenToken{std::make_shared<StepChoices>(std::move(sampled)), 0};
  row.left--;
}

void DecodeBatch::submit() {
  const auto count = static_cast<size_t>(std::max(size(), executor_.padded_rows(size())));
  std::vector<std::optional<ChosenToken>> tokens(count);
  std::vector<bool> idle(count, true);
  for (size_t i = 0; i < rows_.size(); i++) {
    if (!wants_step(rows_[i])) continue;
    idle[i] = false;
    tokens[i] = rows_[i].token;
  }
  const auto idle_count = static_cast<size_t>(std::count(idle.begin(), idle.end(), true));
  if (idle_count == count) return;
  if (idle_count == 0) idle.clear();
  std::vector<int> wanted(rows_.size());
  std::iota(wanted.begin(), wanted.end(), 0);
  Step step{joined(tokens), {{&*group_, 0, 1, idle, adapters()}}, std::move(wanted)};
  // Whose time is taken is alone here.
  step.profile = rows_.front().generation->profile();
  if (step.profile != nullptr) step.profile->begin(Profile::Phase::decode, 1);
  choose_next(*executor_.run(step).logits, idle);
}

std::vector<AdapterPtr> DecodeBatch::adapters() const {
  std::vector<AdapterPtr> adapters;
  for (const Row& row : rows_) adapters.push_back(row.generation->adapter());
  return adapters;
}

void DecodeBatch::choose_next(const mx::array& logits, const std::vector<bool>& idle) {
  std::vector<int> free_rows;
  SamplerRows samplers;
  std::vector<mx::array> submitted;
  for (size_t i = 0; i < rows_.size(); i++) {
    if (!idle.empty() && idle[i]) continue;
    Row& row = rows_[i];
    if (row.generation->constraint() != nullptr) {
      row.logits = rows_of(logits, {static_cast<int>(i)});
      submitted.push_back(*row.logits);
    } else {
      free_rows.push_back(static_cast<int>(i));
      samplers.push_back({&row.sampler});
    }
  }
  if (!free_rows.empty()) {
    const auto step = std::make_shared<StepChoices>(sample(rows_of(logits, free_rows), samplers));
    if (Profile* profile = rows_.front().generation->profile()) profile->sampled(step->arrays());
    for (size_t at = 0; at < free_rows.size(); at++) {
      Row& row = rows_[static_cast<size_t>(free_rows[at])];
      row.sampler.advance(step->tokens(), static_cast<int>(at));
      row.next = ChosenToken{step, static_cast<int>(at)};
      row.left--;
    }
    for (const mx::array& array : step->arrays()) submitted.push_back(array);
  }
  mx::async_eval(std::move(submitted));
}

// The device works on the next step meanwhile.
void DecodeBatch::collect(std::vector<Ended>& ended) {
  // From the last on, because the last takes the place of one that goes.
  for (size_t i = rows_.size(); i-- > 0;) {
    Row& row = rows_[i];
    if (!row.token) continue;
    const uint32_t token = row.token->value();
    row.sampler.settle(token);
    if (row.generation->take(token, row.token->log_probabilities())) {
      ended.push_back(take_out(i, std::nullopt));
      continue;
    }
    row.token = std::exchange(row.next, std::nullopt);
    if (row.generation->constraint() != nullptr) row.generation->constraint()->ask();
  }
}

std::vector<Ended> DecodeBatch::failed() {
  std::vector<Ended> ended;
  for (size_t i = rows_.size(); i-- > 0;) {
    const Row& row = rows_[i];
    if (row.generation->cancelled()) {
      ended.push_back(take_out(i, Failure{FailureKind::aborted, "[request] cancelled", "", 0}));
    } else if (row.failure) {
      ended.push_back(take_out(i, row.failure));
    }
  }
  return ended;
}

Ended DecodeBatch::take_out(size_t index, std::optional<Failure> failure) {
  GenerationPtr generation = std::move(rows_[index].generation);
  return {std::move(generation), take_state(index), std::move(failure)};
}

void DecodeBatch::move_quantized(DecodeBatch& batch) {
  for (size_t i = rows_.size(); i-- > 0;) {
    if (!group_->quantized() && !group_->wants_quantizing(static_cast<int>(i))) continue;
    Row row = std::move(rows_[i]);
    StateGroup state = take_state(i);
    state.quantize();
    batch.join_state(std::move(state));
    batch.rows_.push_back(std::move(row));
  }
}

// The last row takes the place of the one that goes.
StateGroup DecodeBatch::take_state(size_t index) {
  if (index + 1 < rows_.size()) rows_[index] = std::move(rows_.back());
  rows_.pop_back();
  if (!rows_.empty()) return group_->leave(static_cast<int>(index));
  StateGroup last = std::move(*group_);
  group_.reset();
  return last;
}

void DecodeBatch::join_state(StateGroup state) {
  if (group_) {
    group_->join(std::move(state));
  } else {
    group_.emplace(std::move(state));
  }
}

}  // namespace mlxengine
