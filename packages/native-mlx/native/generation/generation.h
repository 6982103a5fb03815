#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executor/adapter.h"
#include "executor/profile.h"
#include "generation/constraint.h"
#include "generation/drafter.h"
#include "generation/meter.h"
#include "generation/request.h"
#include "generation/token_batcher.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"

namespace mlxengine {

// One request to generate, from its arrival to its end: what it has so far and what is told of it. Where its sequence's
// state is, the one who works on it knows.
class Generation {
 public:
  struct Init {
    GenerateRequest request;
    CancellationPtr cancellation;
    std::unique_ptr<Constraint> constraint;  // null: none
    std::function<void(Event)> emit;
    AdapterPtr adapter = nullptr;                // null: none
    std::unique_ptr<Drafter> drafter = nullptr;  // null: none
    std::string cache_key = {};                  // what states must have been computed with to be of use to it
  };

  explicit Generation(Init init);
  // Whoever waits for it hears of its end, whatever happened.
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const GenerateRequest& request() const { return request_; }
  const AdapterPtr& adapter() const { return adapter_; }
  const std::string& cache_key() const { return cache_key_; }
  Constraint* constraint() { return constraint_.get(); }
  // Null where its time is not asked for.
  Profile* profile() { return profile_.get(); }
  bool cancelled() const { return cancellation_->cancelled(); }

  // Prompt and answer so far. After a restart all of it is prompt.
  const std::vector<uint32_t>& tokens() const { return tokens_; }
  int prompt_length() const { return static_cast<int>(request_.prompt.size()); }
  // How many tokens were read from the device.
  int generated() const { return static_cast<int>(tokens_.size()) - prompt_length(); }

  // Its state is lost: what was generated becomes part of the prompt, and it begins anew, once. Returns whether it may.
  bool restart();
  bool restarted() const { return restarted_; }
  bool wants_own_steps() const { return request_.deterministic || request_.profile || restarted_; }

  // The work begins, with so much of the prompt found in the cache.
  void start(const PrefixReport& prefix);
  void tell_progress(int processed_tokens);

  // Takes the next token; says whether it is the last.
  bool take(uint32_t token, const std::optional<TokenLogProbabilities>& told);

  // Who guesses its tokens, once; null where nobody does or somebody has it.
  std::unique_ptr<Drafter> take_drafter() { return std::move(drafter_); }
  // A step checked so many guesses and found so many right.
  void note_drafts(int drafted, int accepted);

  // The end, one or the other; only the first is told.
  void finish();
  void fail(const Failure& failure);

 private:
  GenerateRequest request_;
  CancellationPtr cancellation_;
  std::unique_ptr<Constraint> constraint_;
  std::unique_ptr<Profile> profile_;
  std::function<void(Event)> emit_;
  AdapterPtr adapter_;
  std::unique_ptr<Drafter> drafter_;
  std::string cache_key_;
  std::vector<uint32_t> tokens_;
  SpeculationStatistics speculation_;
  TokenBatcher batcher_;
  Meter meter_;
  int cached_tokens_ = 0;
  bool stopped_ = false;
  bool restarted_ = false;
  bool ended_ = false;
};

using GenerationPtr = std::shared_ptr<Generation>;

}  // namespace mlxengine
