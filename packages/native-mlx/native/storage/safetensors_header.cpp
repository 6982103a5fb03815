#include "storage/safetensors_header.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "runtime/failure.h"
#include "storage/json_cursor.h"

namespace mlxengine {

namespace {

constexpr size_t max_tensors = 100'000;
constexpr size_t max_rank = 8;
constexpr uint64_t max_elements = uint64_t{1} << 40;

[[noreturn]] void fail(const std::string& path, const std::string& text) {
  throw FailureError(FailureKind::cache_file, "[cache file] " + text, path);
}

StoredTensor read_tensor(JsonCursor& json) {
  StoredTensor tensor;
  int fields = 0;
  const auto once = [&](int field) {
    if ((fields & field) != 0) json.fail("each field once");
    fields |= field;
  };
  json.members('{', '}', [&] {
    const std::string name = json.string();
    json.expect(':');
    if (name == "dtype") {
      once(1);
      tensor.dtype = json.string();
    } else if (name == "shape") {
      once(2);
      json.members('[', ']', [&] {
        if (tensor.shape.size() == max_rank) json.fail("at most 8 dimensions");
        tensor.shape.push_back(json.integer());
      });
    } else if (name == "data_offsets") {
      once(4);
      json.expect('[');
      tensor.begin = json.integer();
      json.expect(',');
      tensor.end = json.integer();
      json.expect(']');
    } else {
      json.fail("dtype, shape or data_offsets");
    }
  });
  if (fields != 7) json.fail("dtype, shape and data_offsets");
  return tensor;
}

void check_size(const std::string& name, const StoredTensor& tensor, const std::string& path) {
  const size_t size = stored_size(tensor.dtype);
  if (size == 0) fail(path, "dtype of " + name + ", expected one of caches, got " + tensor.dtype.substr(0, 16));
  uint64_t elements = 1;
  for (const uint64_t dimension : tensor.shape) {
    if (dimension > max_elements || (dimension > 0 && elements > max_elements / dimension))
      fail(path, "shape of " + name + ", expected at most 2^40 elements, got more");
    elements *= dimension;
  }
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != elements * size)
    fail(path, "bytes of " + name + ", expected " + std::to_string(elements * size) + ", got others");
}

void check_ranges(const SafetensorsHeader& header, uint64_t data_bytes, const std::string& path) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  ranges.reserve(header.tensors.size());
  for (const auto& [name, tensor] : header.tensors) {
    check_size(name, tensor, path);
    ranges.emplace_back(tensor.begin, tensor.end);
  }
  std::sort(ranges.begin(), ranges.end());
  uint64_t end = 0;
  for (const auto& [from, to] : ranges) {
    if (from != end) fail(path, "tensors, expected one after another, got a hole or an overlap");
    end = to;
  }
  if (end != data_bytes)
    fail(path, "data, expected " + std::to_string(end) + " bytes, got " + std::to_string(data_bytes));
}

void append_string(std::string& to, const std::string& value) {
  to.push_back('"');
  for (const char character : value) {
    if (character == '"' || character == '\\') {
      to.push_back('\\');
      to.push_back(character);
    } else if (static_cast<unsigned char>(character) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(character));
      to += escaped;
    } else {
      to.push_back(character);
    }
  }
  to.push_back('"');
}

void append_tensor(std::string& to, const StoredTensor& tensor) {
  to += "{\"dtype\":\"" + tensor.dtype + "\",\"shape\":[";
  for (size_t i = 0; i < tensor.shape.size(); i++) to += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
  to += "],\"data_offsets\":[" + std::to_string(tensor.begin) + "," + std::to_string(tensor.end) + "]}";
}

}  // namespace

size_t stored_size(const std::string& dtype) {
  for (const char* name : {"F32", "U32", "I32"}) {
    if (dtype == name) return 4;
  }
  for (const char* name : {"F16", "BF16"}) {
    if (dtype == name) return 2;
  }
  if (dtype == "I64") return 8;
  return dtype == "U8" || dtype == "BOOL" ? 1 : 0;
}

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes, const std::string& path) {
  JsonCursor json(text, path);
  SafetensorsHeader header;
  bool has_metadata = false;
  json.members('{', '}', [&] {
    std::string name = json.string();
    json.expect(':');
    if (name == "__metadata__") {
      if (std::exchange(has_metadata, true)) json.fail("metadata once");
      json.members('{', '}', [&] {
        std::string key = json.string();
        json.expect(':');
        if (!header.metadata.emplace(std::move(key), json.string()).second) json.fail("each key once");
        if (header.metadata.size() > 3 * max_tensors) json.fail("fewer keys");
      });
      return;
    }
    if (!header.tensors.emplace(std::move(name), read_tensor(json)).second) json.fail("each tensor once");
    if (header.tensors.size() > max_tensors) json.fail("fewer tensors");
  });
  json.expect_end();
  check_ranges(header, data_bytes, path);
  return header;
}

std::string write_safetensors_header(const SafetensorsHeader& header) {
  std::string json = "{\"__metadata__\":{";
  bool first = true;
  const auto begin = [&](const std::string& name) {
    if (!std::exchange(first, false)) json.push_back(',');
    append_string(json, name);
    json.push_back(':');
  };
  for (const auto& [key, value] : header.metadata) {
    begin(key);
    append_string(json, value);
  }
  json.push_back('}');
  first = false;
  for (const auto& [name, tensor] : header.tensors) {
    begin(name);
    append_tensor(json, tensor);
  }
  json.push_back('}');
  // The data is aligned to the widest element.
  json.append((8 - json.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; i++) length[i] = static_cast<char>(json.size() >> (8 * i) & 0xff);
  return length + json;
}

}  // namespace mlxengine
