#include "addon/js_reader.h"

#include <cmath>
#include <limits>

#include "runtime/failure.h"

namespace mlxengine {

JsReader JsReader::operator[](const char* name) const {
  if (!value_.IsObject()) fail("an object");
  std::string path = path_;
  path.append(".").append(name);
  return {value_.As<Napi::Object>().Get(name), std::move(path)};
}

bool JsReader::has(const char* name) const {
  if (!value_.IsObject()) fail("an object");
  return !value_.As<Napi::Object>().Get(name).IsUndefined();
}

std::string JsReader::string() const {
  if (!value_.IsString()) fail("a string");
  return value_.As<Napi::String>().Utf8Value();
}

bool JsReader::boolean() const {
  if (!value_.IsBoolean()) fail("a boolean");
  return value_.As<Napi::Boolean>().Value();
}

double JsReader::number() const {
  if (!value_.IsNumber()) fail("a number");
  const double number = value_.As<Napi::Number>().DoubleValue();
  if (!std::isfinite(number)) fail("a finite number");
  return number;
}

int64_t JsReader::integer(int64_t least, int64_t most) const {
  const std::string expected = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  if (!value_.IsNumber()) fail(expected);
  const double number = value_.As<Napi::Number>().DoubleValue();
  const bool fits =
      number >= static_cast<double>(least) && number <= static_cast<double>(most) && number == std::floor(number);
  if (!fits) fail(expected);
  return static_cast<int64_t>(number);
}

std::vector<JsReader> JsReader::array() const {
  if (!value_.IsArray()) fail("an array");
  const auto array = value_.As<Napi::Array>();
  std::vector<JsReader> elements;
  elements.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    std::string path = path_;
    path.append("[").append(std::to_string(i)).append("]");
    elements.emplace_back(array.Get(i), std::move(path));
  }
  return elements;
}

std::vector<int> JsReader::dimensions(size_t max_count) const {
  std::vector<int> dimensions;
  for (const JsReader& element : array())
    dimensions.push_back(static_cast<int>(element.integer(1, std::numeric_limits<int>::max())));
  if (dimensions.size() > max_count) fail("at most " + std::to_string(max_count) + " dimensions");
  return dimensions;
}

std::vector<double> JsReader::numbers() const {
  std::vector<double> numbers;
  for (const JsReader& element : array()) numbers.push_back(element.number());
  return numbers;
}

std::vector<uint32_t> JsReader::words() const {
  if (!value_.IsTypedArray() || value_.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array)
    fail("a Uint32Array");
  const auto array = value_.As<Napi::Uint32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

Napi::Function JsReader::function() const {
  if (!value_.IsFunction()) fail("a function");
  return value_.As<Napi::Function>();
}

void JsReader::fail(const std::string& expected) const {
  throw FailureError(FailureKind::argument, "[addon] " + path_ + ", expected " + expected + ", got " + found());
}

std::string JsReader::found() const {
  if (value_.IsUndefined()) return "undefined";
  if (value_.IsNull()) return "null";
  if (value_.IsNumber() || value_.IsBoolean()) return value_.ToString().Utf8Value();
  if (value_.IsString()) return "\"" + value_.As<Napi::String>().Utf8Value().substr(0, 60) + "\"";
  if (value_.IsArray()) return "an array of " + std::to_string(value_.As<Napi::Array>().Length());
  return value_.IsFunction() ? "a function" : "an object";
}

}  // namespace mlxengine
