#pragma once

#include <string>
#include <tuple>

namespace mlxengine {

// What must be the same for a sequence to go on with another's states. Weights and rope are the model's, which has a
// cache of its own.
struct PrefixKey {
  std::string adapter;  // empty: none
  std::string format;   // of the states, see CacheFormat
  std::string salt;     // of the tenant

  bool operator<(const PrefixKey& other) const {
    return std::tie(adapter, format, salt) < std::tie(other.adapter, other.format, other.salt);
  }
};

}  // namespace mlxengine
