#include "weights/float_conversion.h"

#include <mlx/types/half_types.h>

#include <bit>
#include <cstring>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

struct Float32 {
  using Stored = uint32_t;
  static float widen(Stored bits) { return std::bit_cast<float>(bits); }
  static Stored narrow(float value) { return std::bit_cast<Stored>(value); }
};

struct BFloat16 {
  using Stored = uint16_t;
  static float widen(Stored bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
  static Stored narrow(float value) { return std::bit_cast<Stored>(static_cast<mx::bfloat16_t>(value)); }
};

struct Float16 {
  using Stored = uint16_t;

  // Without a branch, so that compilers vectorize it. The exponent is shifted as it is and brought to its new bias by a
  // product, which makes subnormals right; infinities and NaNs lack the upper bits of their exponent then.
  static float widen(Stored bits) {
    const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7fff) << 13;
    const auto scaled = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112F);
    const uint32_t special = magnitude >= 0x0f800000U ? 0x7f800000U : 0U;
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
    return std::bit_cast<float>(scaled | special | sign);
  }

  static Stored narrow(float value) { return std::bit_cast<Stored>(static_cast<mx::float16_t>(value)); }
};

template <typename From, typename To>
void convert(const uint8_t* source, uint8_t* target, size_t count) {
  for (size_t i = 0; i < count; i++) {
    typename From::Stored from;
    std::memcpy(&from, source + i * sizeof(from), sizeof(from));
    const typename To::Stored to = To::narrow(From::widen(from));
    std::memcpy(target + i * sizeof(to), &to, sizeof(to));
  }
}

using Conversion = void (*)(const uint8_t*, uint8_t*, size_t);

template <typename From>
Conversion conversion_to(mx::Dtype to) {
  if (to == mx::float32) return convert<From, Float32>;
  if (to == mx::float16) return convert<From, Float16>;
  return to == mx::bfloat16 ? convert<From, BFloat16> : nullptr;
}

Conversion conversion(mx::Dtype from, mx::Dtype to) {
  if (from == mx::float32) return conversion_to<Float32>(to);
  if (from == mx::float16) return conversion_to<Float16>(to);
  return from == mx::bfloat16 ? conversion_to<BFloat16>(to) : nullptr;
}

}  // namespace

bool converts_floats(mx::Dtype from, mx::Dtype to) {
  return conversion(from, to) != nullptr;
}

void convert_floats(const uint8_t* source, mx::Dtype from, uint8_t* target, mx::Dtype to, size_t count) {
  conversion(from, to)(source, target, count);
}

}  // namespace mlxengine
