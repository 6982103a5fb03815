#pragma once

#include <napi.h>

#include <cstring>
#include <vector>

namespace mlxengine {

// A copy of numbers in JavaScript's memory.
template <typename Array, typename Element>
Array to_typed_array(Napi::Env env, const std::vector<Element>& elements) {
  auto array = Array::New(env, elements.size());
  if (!elements.empty()) std::memcpy(array.Data(), elements.data(), elements.size() * sizeof(Element));
  return array;
}

}  // namespace mlxengine
