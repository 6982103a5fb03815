#pragma once

#include <napi.h>

#include <memory>

#include "addon/environment.h"
#include "addon/js_reader.h"
#include "generation/model.h"
#include "runtime/repeating_job.h"

namespace mlxengine {

// `Model` of JavaScript: reads what it is given, then hands the work to the owner thread. Every method that works
// returns a request's number, and its callback hears of it.
class ModelHandle : public Napi::ObjectWrap<ModelHandle> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit ModelHandle(const Napi::CallbackInfo& info);
  ~ModelHandle() override;

 private:
  Napi::Value provide(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value generate(const Napi::CallbackInfo& info);
  Napi::Value score(const Napi::CallbackInfo& info);
  Napi::Value embed(const Napi::CallbackInfo& info);
  Napi::Value save_cache(const Napi::CallbackInfo& info);
  Napi::Value load_cache(const Napi::CallbackInfo& info);
  Napi::Value answer(const Napi::CallbackInfo& info);
  Napi::Value load_adapter(const Napi::CallbackInfo& info);
  Napi::Value unload_adapter(const Napi::CallbackInfo& info);
  Napi::Value fuse_adapter(const Napi::CallbackInfo& info);
  Napi::Value unfuse_adapter(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value drop_caches(const Napi::CallbackInfo& info);
  Napi::Value unload(const Napi::CallbackInfo& info);
  Napi::Value fail_next_steps(const Napi::CallbackInfo& info);

  // The model that guesses for a request; null: none.
  std::shared_ptr<Model> read_draft(const Napi::Value& self, const JsReader& source) const;

  // Runs work on the owner thread; what it throws becomes the request's end.
  using Work = std::function<void(RequestId request, const Cancellation& cancellation)>;
  enum class Needs { device, nothing };
  RequestId submit(const Napi::Function& on_event, Work work, Needs needs = Needs::device);
  // The same for what changes the loaded model's adapters and tells nothing but its end.
  using Change = std::function<void(Model& model, const Cancellation& cancellation)>;
  Napi::Value submit_change(const Napi::CallbackInfo& info, const Napi::Value& on_event, Change change);

  std::shared_ptr<Environment> environment_;
  std::shared_ptr<Model> model_ = std::make_shared<Model>();
  std::shared_ptr<RepeatingJob> generations_;  // the work of the model's scheduler
};

}  // namespace mlxengine
