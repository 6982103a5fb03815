#include "addon/model_handle.h"

#include <mlx/device.h>
#include <mlx/memory.h>
#include <mlx/stream.h>

#include "addon/guard.h"
#include "addon/js_reader.h"
#include "addon/read_adapter.h"
#include "addon/read_graph.h"
#include "addon/read_requests.h"
#include "generation/draft_model.h"
#include "generation/embed.h"
#include "generation/generation.h"
#include "generation/prompt_lookup.h"
#include "generation/score.h"
#include "weights/weight_loader.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::Device read_device(const JsReader& source) {
  const std::string kind = source.string();
  if (kind != "cpu" && kind != "gpu") source.fail("\"cpu\" or \"gpu\"");
  return kind == "cpu" ? mx::Device::cpu : mx::Device::gpu;
}

// The grammar of a request, which lives on JavaScript's thread.
class RemoteConstraint : public Constraint {
 public:
  RemoteConstraint(std::shared_ptr<Environment> environment, RequestId request, std::shared_ptr<RepeatingJob> wakes)
      : environment_(std::move(environment)), request_(request), wakes_(std::move(wakes)) {}

  void ask() override {
    question_ = environment_->ask(request_, [wakes = wakes_] { wakes->wake(); });
  }

  std::optional<Choice> answer() override {
    auto answer = question_ ? question_->take() : std::nullopt;
    if (answer) question_.reset();
    return answer;
  }

 private:
  std::shared_ptr<Environment> environment_;
  RequestId request_;
  std::shared_ptr<RepeatingJob> wakes_;
  std::shared_ptr<Question> question_;
};

WeightLoader& loader_of(const Model& model) {
  if (!model.loader) throw FailureError(FailureKind::argument, "[model] state, expected to be loading, got another");
  return *model.loader;
}

void expect_loaded(const Model& model) {
  if (!model.executor) throw FailureError(FailureKind::argument, "[model] state, expected loaded, got unloaded");
}

void expect_logits(const Graph& graph) {
  if (!graph.outputs.logits) throw FailureError(FailureKind::argument, "[model] outputs, expected logits, got vectors");
}

std::unique_ptr<Drafter> make_drafter(const GenerateRequest& request, const std::shared_ptr<Model>& draft) {
  if (!request.speculation) return nullptr;
  if (draft) return std::make_unique<DraftModel>(draft);
  return std::make_unique<PromptLookup>(std::max(1, request.speculation->ngram));
}

void expect_vectors(const Graph& graph) {
  if (graph.outputs.logits) throw FailureError(FailureKind::argument, "[model] outputs, expected vectors, got logits");
}

}  // namespace

Napi::Function ModelHandle::define(Napi::Env env) {
  return DefineClass(env,
                     "Model",
                     {InstanceMethod("provide", &ModelHandle::provide),
                      InstanceMethod("load", &ModelHandle::load),
                      InstanceMethod("generate", &ModelHandle::generate),
                      InstanceMethod("score", &ModelHandle::score),
                      InstanceMethod("embed", &ModelHandle::embed),
                      InstanceMethod("saveCache", &ModelHandle::save_cache),
                      InstanceMethod("loadCache", &ModelHandle::load_cache),
                      InstanceMethod("answer", &ModelHandle::answer),
                      InstanceMethod("loadAdapter", &ModelHandle::load_adapter),
                      InstanceMethod("unloadAdapter", &ModelHandle::unload_adapter),
                      InstanceMethod("fuseAdapter", &ModelHandle::fuse_adapter),
                      InstanceMethod("unfuseAdapter", &ModelHandle::unfuse_adapter),
                      InstanceMethod("cancel", &ModelHandle::cancel),
                      InstanceMethod("dropCaches", &ModelHandle::drop_caches),
                      InstanceMethod("unload", &ModelHandle::unload),
                      InstanceMethod("failNextSteps", &ModelHandle::fail_next_steps)});
}

ModelHandle::ModelHandle(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ModelHandle>(info), environment_(Environment::of(info.Env())) {
  guarded(info.Env(), [&] {
    const JsReader specification(info[0], "model");
    model_->graph = read_graph(specification["graph"]);
    model_->device = read_device(specification["device"]);
    model_->recovery = std::make_unique<Recovery>(model_->device, environment_->owner()->health());
    model_->limits = read_scheduler_limits(specification["batching"]);
    if (specification.has("prefixCache"))
      model_->prefix_options = read_prefix_cache_options(specification["prefixCache"]);
    if (specification.has("cache")) model_->cache_format = read_cache_format(specification["cache"]);
    check_cache_format(model_->graph, model_->cache_format);
    model_->prefix_options.format = model_->cache_format;
    model_->loader = std::make_unique<WeightLoader>(model_->graph, read_load_plan(specification));
  });
  generations_ =
      std::make_shared<RepeatingJob>(environment_->owner(), environment_->client(), [model = std::weak_ptr(model_)] {
        const auto running = model.lock();
        return running && running->tick();
      });
  environment_->on_shut_down([model = std::weak_ptr(model_)] {
    const auto left = model.lock();
    if (left) left->abandon();
  });
}

// Reached when JavaScript dropped the model, and when its environment goes: the owner thread frees what is MLX's.
ModelHandle::~ModelHandle() {
  environment_->cancel_group(this);
  environment_->owner()->post(nullptr, [model = std::move(model_)] {
    try {
      model->release();
    } catch (...) {
      // Nobody is left to hear of it, and the model's memory goes with the model all the same.
    }
  });
}

Napi::Value ModelHandle::provide(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const JsReader source(info[1], "bytes");
    if (!info[1].IsTypedArray()) source.fail("a Uint8Array");
    const auto given = info[1].As<Napi::Uint8Array>();
    // Copied, because JavaScript may do with its memory whatever it likes once this returns.
    const auto bytes = std::make_shared<const std::vector<uint8_t>>(given.Data(), given.Data() + given.ByteLength());
    const auto work = [model = model_, environment = environment_, name = JsReader(info[0], "name").string(), bytes](
                          RequestId request, const Cancellation& cancellation) {
      cancellation.throw_if_cancelled();
      loader_of(*model).provide(name, *bytes);
      environment->post(request, DoneEvent{});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[2], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::load(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto work = [model = model_, environment = environment_](RequestId request,
                                                                   const Cancellation& cancellation) {
      WeightLoader& loader = loader_of(*model);
      const uint64_t total = loader.file_bytes();
      uint64_t told = 0;
      // At most a hundred calls, however many tensors there are.
      const auto on_progress = [&](uint64_t bytes) {
        if (bytes < total && bytes - told < total / 100) return;
        told = bytes;
        environment->post(request, LoadProgressEvent{static_cast<double>(bytes)});
      };
      const auto dtype = loader.dtype();
      auto weights = loader.load(cancellation, on_progress);
      model->loader.reset();
      // The parts in which tensors were converted; a GPU keeps such memory for the next of the same size.
      mx::clear_cache();
      model->start(std::move(weights), dtype);
      environment->post(request, DoneEvent{});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[0], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::generate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    expect_logits(model_->graph);
    const JsReader source(info[0], "request");
    auto request = read_generate_request(source, model_->graph);
    const bool constrained = source["constrained"].boolean();
    const auto draft = read_draft(info.This(), source);
    const auto cancellation = std::make_shared<Cancellation>([wakes = generations_] { wakes->wake(); });
    const auto read_answer = [model = model_](Napi::Value answer) {
      return read_choice(JsReader(answer, "choice"), model->graph);
    };
    const RequestId id = environment_->begin(this, JsReader(info[1], "onEvent").function(), cancellation, read_answer);
    const auto emit = [environment = environment_, id](Event event) { environment->post(id, std::move(event)); };
    const auto job =
        [=, model = model_, environment = environment_, wakes = generations_, request = std::move(request)] {
          try {
            model->recovery->health().throw_if_dead();
            expect_loaded(*model);
            auto constraint = constrained ? std::make_unique<RemoteConstraint>(environment, id, wakes) : nullptr;
            auto adapter = model->adapters.find(request.adapter);
            auto key = model->adapters.key(request.adapter);
            auto drafter = make_drafter(request, draft);
            model->scheduler->add(std::make_shared<Generation>(Generation::Init{request,
                                                                                cancellation,
                                                                                std::move(constraint),
                                                                                emit,
                                                                                std::move(adapter),
                                                                                std::move(drafter),
                                                                                std::move(key)}));
            wakes->wake();
          } catch (...) {
            emit(current_failure());
          }
        };
    environment_->owner()->post(environment_->client(), job);
    return Napi::Number::New(info.Env(), id);
  });
}

std::shared_ptr<Model> ModelHandle::read_draft(const Napi::Value& self, const JsReader& source) const {
  if (!source.has("draftModel")) return nullptr;
  const JsReader model = source["draftModel"];
  const auto constructor = self.As<Napi::Object>().Get("constructor").As<Napi::Function>();
  if (!model.value().IsObject() || !model.value().As<Napi::Object>().InstanceOf(constructor)) model.fail("a Model");
  const auto& draft = Unwrap(model.value().As<Napi::Object>())->model_;
  const bool fits = draft->graph.outputs.logits && draft->graph.vocabulary_size == model_->graph.vocabulary_size &&
                    draft->device == model_->device;
  if (!fits) model.fail("a model of the same vocabulary and device");
  return draft;
}

Napi::Value ModelHandle::score(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    expect_logits(model_->graph);
    auto request = read_score_request(JsReader(info[0], "request"), model_->graph);
    const auto work = [model = model_, environment = environment_, request = std::move(request)](
                          RequestId id, const Cancellation& cancellation) {
      expect_loaded(*model);
      model->recovery->twice([&] {
        model->recovery->throw_if_asked();
        environment->post(id, mlxengine::score(*model, request, cancellation));
      });
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[1], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::embed(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    expect_vectors(model_->graph);
    auto request = read_embed_request(JsReader(info[0], "request"), model_->graph);
    const auto work = [model = model_, environment = environment_, request = std::move(request)](
                          RequestId id, const Cancellation& cancellation) {
      expect_loaded(*model);
      model->recovery->twice([&] {
        model->recovery->throw_if_asked();
        environment->post(id, mlxengine::embed(*model, request, cancellation));
      });
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[1], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::save_cache(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    expect_logits(model_->graph);
    const auto work = [model = model_,
                       environment = environment_,
                       file = read_cache_file_request(JsReader(info[0], "request"), model_->graph)](
                          RequestId id, const Cancellation& cancellation) {
      expect_loaded(*model);
      cancellation.throw_if_cancelled();
      const auto saved =
          model->prefix_cache.save(file.path, {model->adapters.key({}), "", file.salt}, file.tokens, file.metadata);
      environment->post(id, CacheSavedEvent{saved.tokens, static_cast<double>(saved.bytes)});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[1], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::load_cache(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    expect_logits(model_->graph);
    const auto work = [model = model_,
                       environment = environment_,
                       file = read_cache_file_request(JsReader(info[0], "request"), model_->graph)](
                          RequestId id, const Cancellation& cancellation) {
      expect_loaded(*model);
      cancellation.throw_if_cancelled();
      auto notes = model->prefix_cache.load(file.path, {model->adapters.key({}), "", file.salt}, file.tokens);
      environment->post(id, CacheLoadedEvent{std::move(notes.tokens), std::move(notes.metadata)});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[1], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::answer(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    environment_->answer(static_cast<RequestId>(JsReader(info[0], "request").integer(0, UINT32_MAX)), info[1]);
    return info.Env().Undefined();
  });
}

Napi::Value ModelHandle::load_adapter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto plan =
        std::make_shared<const AdapterPlan>(read_adapter_plan(JsReader(info[0], "adapter"), model_->graph));
    return submit_change(info, info[1], [plan](Model& model, const Cancellation& cancellation) {
      model.adapters.load(*model.executor, *plan, cancellation);
    });
  });
}

Napi::Value ModelHandle::unload_adapter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const int id = JsReader(info[0], "id").index(INT32_MAX);
    return submit_change(
        info, info[1], [id](Model& model, const Cancellation&) { model.adapters.unload(*model.executor, id); });
  });
}

Napi::Value ModelHandle::fuse_adapter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const int id = JsReader(info[0], "id").index(INT32_MAX);
    const bool dequantize = JsReader(info[1], "dequantize").boolean();
    return submit_change(info, info[2], [id, dequantize](Model& model, const Cancellation&) {
      mx::synchronize();
      model.adapters.fuse(*model.executor, id, dequantize);
    });
  });
}

Napi::Value ModelHandle::unfuse_adapter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return submit_change(info, info[0], [](Model& model, const Cancellation&) {
      mx::synchronize();
      model.adapters.unfuse(*model.executor);
    });
  });
}

Napi::Value ModelHandle::submit_change(const Napi::CallbackInfo& info, const Napi::Value& on_event, Change change) {
  const auto work = [model = model_, environment = environment_, change = std::move(change)](
                        RequestId request, const Cancellation& cancellation) {
    cancellation.throw_if_cancelled();
    expect_loaded(*model);
    change(*model, cancellation);
    environment->post(request, DoneEvent{});
  };
  return Napi::Number::New(info.Env(), submit(JsReader(on_event, "onEvent").function(), work));
}

Napi::Value ModelHandle::cancel(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    environment_->cancel(static_cast<RequestId>(JsReader(info[0], "request").integer(0, UINT32_MAX)));
    return info.Env().Undefined();
  });
}

Napi::Value ModelHandle::drop_caches(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto work = [model = model_, environment = environment_](RequestId request, const Cancellation&) {
      model->drop_caches();
      environment->post(request, DoneEvent{});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[0], "onEvent").function(), work));
  });
}

Napi::Value ModelHandle::unload(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    environment_->cancel_group(this);
    const auto work = [model = model_, environment = environment_](RequestId request, const Cancellation&) {
      model->release();
      environment->post(request, DoneEvent{});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[0], "onEvent").function(), work, Needs::nothing));
  });
}

Napi::Value ModelHandle::fail_next_steps(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto steps = static_cast<int>(JsReader(info[0], "steps").integer(0, INT32_MAX));
    const auto looks = static_cast<int>(JsReader(info[1], "looks").integer(0, INT32_MAX));
    const auto work = [model = model_, environment = environment_, steps, looks](RequestId request,
                                                                                 const Cancellation&) {
      model->recovery->fail_next(steps, looks);
      environment->post(request, DoneEvent{});
    };
    return Napi::Number::New(info.Env(), submit(JsReader(info[2], "onEvent").function(), work, Needs::nothing));
  });
}

RequestId ModelHandle::submit(const Napi::Function& on_event, Work work, Needs needs) {
  const auto cancellation = std::make_shared<Cancellation>();
  const RequestId request = environment_->begin(this, on_event, cancellation);
  const auto job = [environment = environment_, model = model_, work = std::move(work), request, cancellation, needs] {
    try {
      if (needs == Needs::device) model->recovery->health().throw_if_dead();
      mx::set_default_device(model->device);
      work(request, *cancellation);
    } catch (...) {
      environment->post(request, current_failure());
    }
  };
  environment_->owner()->post(environment_->client(), job);
  return request;
}

}  // namespace mlxengine
