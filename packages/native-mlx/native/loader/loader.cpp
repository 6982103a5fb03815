#include <dlfcn.h>
#include <node_api.h>

#include <string>

// Opens libmlx by path. The addon asks for a library named libmlx only; the dynamic linker gives it the one that is
// open already, so the same addon runs on the CPU, CUDA and Metal builds of MLX. This file therefore knows no MLX.
namespace {

napi_value fail(napi_env env, const std::string& text) {
  napi_throw_error(env, nullptr, text.c_str());
  return nullptr;
}

napi_value open_library(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  size_t length = 0;
  if (count < 1 || napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    return fail(env, "[loader] path, expected a string, got something else");
  }
  std::string path(length, '\0');
  napi_get_value_string_utf8(env, argument, path.data(), length + 1, &length);
  // Never closed: the addon that is loaded next lives on it until the process ends.
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* reason = dlerror();
    return fail(env, "[loader] library, expected one that loads, got: " + std::string(reason ? reason : path));
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "openLibrary", NAPI_AUTO_LENGTH, open_library, nullptr, &function);
  napi_set_named_property(env, exports, "openLibrary", function);
  return exports;
}
