#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlxengine {

// A tensor of a safetensors file. `begin` and `end` count from the end of the header.
struct StoredTensor {
  std::string dtype;  // as the format names it, such as F32
  std::vector<uint64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
};

// Longer ones are refused before they are read. A token takes some 7 bytes of it.
constexpr uint64_t max_header_bytes = uint64_t{1} << 26;

// Bytes of an element; 0: not a format that caches have.
size_t stored_size(const std::string& dtype);

// Reads a header, which is untrusted: every tensor's bytes fit its shape, and together they are the `data_bytes` that
// follow, without holes or overlaps. Throws a FailureError that names the file.
SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t data_bytes, const std::string& path);

// The 8 bytes of the length and the header.
std::string write_safetensors_header(const SafetensorsHeader& header);

}  // namespace mlxengine
