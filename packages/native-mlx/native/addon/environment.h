#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "generation/constraint.h"
#include "runtime/cancellation.h"
#include "runtime/events.h"
#include "runtime/owner_thread.h"

namespace mlxengine {

// A question to JavaScript. Nobody waits for its answer: whoever asked is told that it has come.
class Question {
 public:
  explicit Question(std::function<void()> on_answer) : on_answer_(std::move(on_answer)) {}

  // From JavaScript's thread; only the first counts.
  void answer(std::variant<Choice, Failure> answer);
  // The answer, once, where it has come; throws where it is a failure.
  std::optional<Choice> take();

 private:
  const std::function<void()> on_answer_;
  std::mutex mutex_;
  std::optional<std::variant<Choice, Failure>> answer_;
};

// The addon in one environment (the main thread or a worker thread): which requests run, and the way of their events to
// JavaScript. Only `post` and `ask` may be called from another thread.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  using ReadChoice = std::function<Choice(Napi::Value)>;

  static std::shared_ptr<Environment> create(Napi::Env env);
  static std::shared_ptr<Environment> of(Napi::Env env);

  const std::shared_ptr<OwnerThread>& owner() { return owner_; }
  OwnerThread::ClientId client() const { return this; }

  // Registers a request: its events go to the callback until one that ends it. Keeps the process alive until then. The
  // group is what `cancel_group` knows it by.
  RequestId begin(const void* group,
                  Napi::Function on_event,
                  CancellationPtr cancellation,
                  ReadChoice read_choice = nullptr);
  void cancel(RequestId request);
  void cancel_group(const void* group);

  void post(RequestId request, Event event);
  // `on_answer` is called on JavaScript's thread; never where the environment is closed.
  std::shared_ptr<Question> ask(RequestId request, std::function<void()> on_answer);

  // Answers the request's question that its callback answered by null: not now. Nothing where nobody waits for it any
  // more.
  void answer(RequestId request, const Napi::Value& answer);

  // Ends everything of this environment, which is about to go. Returns once the owner thread holds nothing of it.
  void shut_down();
  // What that takes of somebody who keeps requests, on the owner thread.
  void on_shut_down(std::function<void()> farewell) { farewells_.push_back(std::move(farewell)); }

  // Cancels all requests and returns once the owner thread has left them.
  void stop_requests();

  // Calls between JavaScript and the addon, either way; tests hold their number against the number of tokens.
  void count_crossing() { crossings_.fetch_add(1, std::memory_order_relaxed); }
  double crossings() const { return static_cast<double>(crossings_.load(std::memory_order_relaxed)); }

 private:
  struct Pending {
    const void* group;
    Napi::FunctionReference on_event;
    CancellationPtr cancellation;
    ReadChoice read_choice;
    std::shared_ptr<Question> open;  // asked, to be answered later
  };

  struct Delivery {
    RequestId request;
    std::variant<Event, std::shared_ptr<Question>> content;
  };

  static void deliver(Napi::Env env, Napi::Function, Environment* environment, Delivery* delivery);
  using Channel = Napi::TypedThreadSafeFunction<Environment, Delivery, deliver>;

  bool send(std::unique_ptr<Delivery> delivery);
  void deliver_event(Napi::Env env, RequestId request, const Event& event);
  void deliver_question(Napi::Env env, RequestId request, const std::shared_ptr<Question>& question);
  static void settle(const Pending& pending, Question& question, const Napi::Value& answer);

  std::shared_ptr<OwnerThread> owner_ = OwnerThread::shared();
  Channel channel_;
  std::mutex mutex_;
  bool closed_ = false;
  std::map<RequestId, Pending> pending_;
  RequestId last_request_ = 0;
  std::vector<std::function<void()>> farewells_;
  std::atomic<uint64_t> crossings_{0};
};

}  // namespace mlxengine
