#include "addon/environment.h"

#include <utility>

#include "addon/write_event.h"

namespace mlxengine {

void Question::answer(std::variant<Choice, Failure> answer) {
  {
    const std::lock_guard lock(mutex_);
    if (answer_) return;
    answer_ = std::move(answer);
  }
  on_answer_();
}

std::optional<Choice> Question::take() {
  const std::lock_guard lock(mutex_);
  if (!answer_) return std::nullopt;
  if (const auto* failure = std::get_if<Failure>(&*answer_)) throw FailureError(*failure);
  return std::get<Choice>(std::move(*answer_));
}

namespace {

// What Node keeps for the addon in an environment.
struct InstanceData {
  std::shared_ptr<Environment> environment;
};

// process.exit() runs no clean-up hooks but ends the process at once, which takes MLX's globals from under a thread
// that computes.
void stop_on_exit(Napi::Env env, const std::shared_ptr<Environment>& environment) {
  const auto process = env.Global().Get("process").As<Napi::Object>();
  const auto stop =
      Napi::Function::New(env, [environment](const Napi::CallbackInfo&) { environment->stop_requests(); });
  process.Get("once").As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), stop});
}

}  // namespace

std::shared_ptr<Environment> Environment::create(Napi::Env env) {
  auto environment = std::make_shared<Environment>();
  environment->channel_ = Channel::New(env, "mlxengine", 0, 1, environment.get());
  environment->channel_.Unref(env);
  env.SetInstanceData(new InstanceData{environment});
  // Hooks run last in, first out, so this one runs while the channel is still whole.
  env.AddCleanupHook([environment] { environment->shut_down(); });
  stop_on_exit(env, environment);
  return environment;
}

std::shared_ptr<Environment> Environment::of(Napi::Env env) {
  return env.GetInstanceData<InstanceData>()->environment;
}

RequestId Environment::begin(const void* group,
                             Napi::Function on_event,
                             CancellationPtr cancellation,
                             ReadChoice read_choice) {
  const RequestId request = ++last_request_;
  if (pending_.empty()) channel_.Ref(on_event.Env());
  pending_.emplace(
      request, Pending{group, Napi::Persistent(on_event), std::move(cancellation), std::move(read_choice), nullptr});
  return request;
}

void Environment::cancel(RequestId request) {
  const auto found = pending_.find(request);
  if (found != pending_.end()) found->second.cancellation->cancel();
}

void Environment::cancel_group(const void* group) {
  for (auto& [request, pending] : pending_) {
    if (pending.group == group) pending.cancellation->cancel();
  }
}

void Environment::post(RequestId request, Event event) {
  send(std::make_unique<Delivery>(Delivery{request, std::move(event)}));
}

std::shared_ptr<Question> Environment::ask(RequestId request, std::function<void()> on_answer) {
  auto question = std::make_shared<Question>(std::move(on_answer));
  if (!send(std::make_unique<Delivery>(Delivery{request, question}))) {
    throw FailureError(FailureKind::aborted, "[addon] environment, expected open, got closed");
  }
  return question;
}

bool Environment::send(std::unique_ptr<Delivery> delivery) {
  std::lock_guard lock(mutex_);
  if (closed_ || channel_.NonBlockingCall(delivery.get()) != napi_ok) return false;
  delivery.release();
  return true;
}

void Environment::deliver(Napi::Env env, Napi::Function, Environment* environment, Delivery* raw) {
  const std::unique_ptr<Delivery> delivery(raw);
  if (env == nullptr) return;
  const Napi::HandleScope scope(env);
  // The environment may go while JavaScript runs.
  const auto keep = environment->shared_from_this();
  if (const auto* event = std::get_if<Event>(&delivery->content)) {
    environment->deliver_event(env, delivery->request, *event);
  } else {
    environment->deliver_question(env, delivery->request, std::get<std::shared_ptr<Question>>(delivery->content));
  }
}

void Environment::deliver_event(Napi::Env env, RequestId request, const Event& event) {
  const auto found = pending_.find(request);
  if (found == pending_.end()) return;
  count_crossing();
  const Napi::Function on_event = found->second.on_event.Value();
  if (ends_request(event)) {
    pending_.erase(found);
    if (pending_.empty()) channel_.Unref(env);
  }
  on_event.Call({write_event(env, event)});
}

void Environment::deliver_question(Napi::Env env, RequestId request, const std::shared_ptr<Question>& question) {
  const auto found = pending_.find(request);
  if (found == pending_.end()) return;
  count_crossing();
  try {
    const Napi::Value answer = found->second.on_event.Value().Call({write_question(env)});
    if (answer.IsNull()) {
      found->second.open = question;
    } else {
      settle(found->second, *question, answer);
    }
  } catch (...) {
    question->answer(current_failure());
  }
}

void Environment::answer(RequestId request, const Napi::Value& answer) {
  const auto found = pending_.find(request);
  if (found == pending_.end() || !found->second.open) return;
  count_crossing();
  const auto question = std::exchange(found->second.open, nullptr);
  settle(found->second, *question, answer);
}

void Environment::settle(const Pending& pending, Question& question, const Napi::Value& answer) {
  try {
    question.answer(pending.read_choice(answer));
  } catch (...) {
    question.answer(current_failure());
  }
}

void Environment::shut_down() {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  for (auto& [request, pending] : pending_) pending.cancellation->cancel();
  owner_->leave(client(), [farewells = std::move(farewells_)] {
    for (const auto& farewell : farewells) farewell();
  });
  pending_.clear();
  channel_.Abort();
}

void Environment::stop_requests() {
  for (auto& [request, pending] : pending_) pending.cancellation->cancel();
  owner_->leave(client());
}

}  // namespace mlxengine
