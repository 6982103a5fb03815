#pragma once

#include <cstdint>

namespace mlxengine {

// The bits of murmur3's finalizer over seed and token index; must agree with `uniform` of @mlxengine/core/backend.
inline uint32_t mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  return h ^ (h >> 16);
}

inline float uniform(uint32_t seed, uint32_t index) {
  const uint32_t mixed = mix(mix(seed ^ 0x9e3779b9U) ^ ((index + 1) * 0x85ebca6bU));
  return static_cast<float>(mixed >> 8) / 16777216.0F;
}

// Decides whether XTC acts on a token; must agree with `uniformOfXTC` there.
inline float uniform_of_xtc(uint32_t seed, uint32_t index) {
  return uniform(seed ^ 0x58544321U, index);
}

}  // namespace mlxengine
