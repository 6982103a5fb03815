#include "addon/operation_source.h"

#include <cmath>

namespace mlxengine {

namespace {

float to_float(const JsReader& from) {
  const auto number = static_cast<float>(from.number());
  if (!std::isfinite(number)) from.fail("a number that float32 holds");
  return number;
}

}  // namespace

std::vector<ValueId> OperationSource::values(const char* key) const {
  std::vector<ValueId> values;
  for (const JsReader& element : from_[key].array()) values.push_back(value(element));
  return values;
}

std::optional<WeightId> OperationSource::optional_weight(const char* key) const {
  return has(key) ? std::optional(weight(key)) : std::nullopt;
}

std::optional<StateId> OperationSource::optional_state(const char* key) const {
  return has(key) ? std::optional(state(key)) : std::nullopt;
}

float OperationSource::number(const char* key) const {
  return to_float(from_[key]);
}

std::optional<float> OperationSource::optional_number(const char* key) const {
  return has(key) ? std::optional(number(key)) : std::nullopt;
}

int OperationSource::integer(const char* key, int least, int most) const {
  return static_cast<int>(from_[key].integer(least, most));
}

std::optional<int> OperationSource::optional_integer(const char* key, int least) const {
  return has(key) ? std::optional(integer(key, least)) : std::nullopt;
}

int OperationSource::named(const JsReader& from, const std::map<std::string, int>& names, const char* expected) {
  const auto found = names.find(from.string());
  if (found == names.end()) from.fail(expected);
  return found->second;
}

}  // namespace mlxengine
