#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mlxengine {

// A JavaScript value and where it was found, read into plain C++ with checks. Whatever does not fit is a FailureError
// that names the place, what was expected and what was found.
class JsReader {
 public:
  JsReader(Napi::Value value, std::string path) : value_(value), path_(std::move(path)) {}

  JsReader operator[](const char* name) const;
  bool has(const char* name) const;

  std::string string() const;
  bool boolean() const;
  double number() const;
  // An integer from `least` to `most`.
  int64_t integer(int64_t least, int64_t most) const;
  int index(size_t count) const { return static_cast<int>(integer(0, static_cast<int64_t>(count) - 1)); }
  std::vector<JsReader> array() const;
  // Positive integers, at most `max_count` of them.
  std::vector<int> dimensions(size_t max_count) const;
  std::vector<double> numbers() const;
  std::vector<uint32_t> words() const;
  Napi::Function function() const;
  Napi::Value value() const { return value_; }

  [[noreturn]] void fail(const std::string& expected) const;

 private:
  std::string found() const;

  Napi::Value value_;
  std::string path_;
};

}  // namespace mlxengine
