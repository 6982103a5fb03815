#include "storage/cache_tree.h"

#include <mlx/allocator.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

#include "runtime/failure.h"
#include "storage/checksum.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr const char* checksum_key = "mlxengine.checksum";
constexpr const char* no_checksum = "0000000000000000";
constexpr size_t max_caches = 4096;
constexpr size_t max_text = 256;

struct NamedDtype {
  const char* name;
  mx::Dtype dtype;
};

const NamedDtype dtypes[] = {
    {"F32", mx::float32}, {"F16", mx::float16}, {"BF16", mx::bfloat16}, {"U32", mx::uint32}, {"I32", mx::int32}};

std::optional<mx::Dtype> dtype_named(const std::string& name) {
  for (const auto& [known, dtype] : dtypes) {
    if (name == known) return dtype;
  }
  return std::nullopt;
}

std::string name_of(const mx::Dtype& dtype) {
  for (const auto& [name, known] : dtypes) {
    if (dtype == known) return name;
  }
  throw FailureError(FailureKind::backend, "[cache file] dtype, expected one that files have, got another");
}

std::string hexadecimal(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

uint64_t little_endian(const unsigned char* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; i++) value |= static_cast<uint64_t>(bytes[i]) << (8 * i);
  return value;
}

}  // namespace

CacheTree::CacheTree(const std::string& path) : file_(path) {
  unsigned char length_bytes[8];
  if (file_.size() < sizeof length_bytes)
    fail("file, expected a header, got " + std::to_string(file_.size()) + " bytes");
  file_.read(length_bytes, sizeof length_bytes, 0);
  const uint64_t length = little_endian(length_bytes);
  if (length < 2 || length > std::min(max_header_bytes, file_.size() - 8))
    fail("header, expected 2 bytes up to the file's, got " + std::to_string(length));
  header_text_.resize(length);
  file_.read(header_text_.data(), length, 8);
  header_ = parse_safetensors_header(header_text_, file_.size() - 8 - length, path);
  const auto& metadata = header_.metadata;
  for (size_t i = 0;; i++) {
    const auto found = metadata.find("1." + std::to_string(i));
    if (found == metadata.end()) break;
    if (i == max_caches) fail("caches, expected fewer");
    classes_.push_back(found->second);
  }
  const auto marker = metadata.find("2.0");
  if (classes_.empty() || marker == metadata.end() || !marker->second.empty())
    fail("metadata, expected those of mlx-lm's save_prompt_cache (0.32), got others");
  for (size_t i = 1;; i++) {
    const std::string entry = "2." + std::to_string(i);
    const auto name = metadata.find(entry + ".0");
    const auto type = metadata.find(entry + ".1");
    if (name == metadata.end() || type == metadata.end()) break;
    scalars_[name->second] = type->second;
  }
}

void CacheTree::fail(const std::string& text) const {
  throw FailureError(FailureKind::cache_file, "[cache file] " + text, file_.path());
}

std::optional<std::string> CacheTree::metadata(const std::string& key) const {
  const auto found = header_.metadata.find("0." + key);
  return found == header_.metadata.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, std::string> CacheTree::flat_metadata() const {
  std::map<std::string, std::string> flat;
  for (const auto& [key, value] : header_.metadata) {
    if (key.rfind("0.", 0) == 0 && key.find('.', 2) == std::string::npos) flat[key.substr(2)] = value;
  }
  return flat;
}

const StoredTensor& CacheTree::tensor(const std::string& path) const {
  const auto found = header_.tensors.find(path);
  if (found == header_.tensors.end()) fail("state " + path + ", expected to be there, got none");
  return found->second;
}

std::vector<uint8_t> CacheTree::bytes(const StoredTensor& tensor, size_t most) const {
  const uint64_t length = tensor.end - tensor.begin;
  if (length > most) fail("state, expected at most " + std::to_string(most) + " bytes, got " + std::to_string(length));
  std::vector<uint8_t> bytes(length);
  file_.read(bytes.data(), length, 8 + header_text_.size() + tensor.begin);
  return bytes;
}

bool CacheTree::is_none(const std::string& path) const {
  const auto type = scalars_.find(path);
  return type != scalars_.end() && type->second == "none";
}

int CacheTree::number(const std::string& path, int least, int most) const {
  const StoredTensor& stored = tensor(path);
  const auto type = scalars_.find(path);
  if (type == scalars_.end() || type->second != "scalar" || stored.dtype != "I32" || !stored.shape.empty())
    fail("state " + path + ", expected a whole number, got something else");
  int32_t value;
  std::memcpy(&value, bytes(stored, sizeof value).data(), sizeof value);
  if (value < least || value > most)
    fail("state " + path + ", expected " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
         std::to_string(value));
  return value;
}

std::string CacheTree::text(const std::string& path) const {
  const StoredTensor& stored = tensor(path);
  const auto type = scalars_.find(path);
  if (type == scalars_.end() || type->second != "string" || stored.dtype != "I32" || stored.shape.size() != 1)
    fail("state " + path + ", expected a text, got something else");
  const auto units = bytes(stored, 4 * max_text);
  std::string text;
  for (size_t i = 0; i < units.size(); i += 4) {
    if (units[i] < 0x20 || units[i] > 0x7e || units[i + 1] != 0 || units[i + 2] != 0 || units[i + 3] != 0)
      fail("state " + path + ", expected a name, got other characters");
    text.push_back(static_cast<char>(units[i]));
  }
  return text;
}

mx::Shape CacheTree::shape(const std::string& path, bool packed) const {
  const StoredTensor& stored = tensor(path);
  const auto dtype = dtype_named(stored.dtype);
  const bool fits = dtype && (packed ? *dtype == mx::uint32 : mx::issubdtype(*dtype, mx::floating));
  if (!fits || scalars_.count(path) > 0)
    fail("state " + path + ", expected an array of " + (packed ? "packed values" : "floats") + ", got " + stored.dtype);
  mx::Shape shape;
  for (const uint64_t dimension : stored.shape) {
    if (dimension > std::numeric_limits<int>::max()) fail("state " + path + ", expected smaller dimensions");
    shape.push_back(static_cast<int>(dimension));
  }
  return shape;
}

mx::array CacheTree::array(const std::string& path) const {
  const StoredTensor& stored = tensor(path);
  const bool packed = stored.dtype == "U32";
  auto dimensions = shape(path, packed);
  const uint64_t length = stored.end - stored.begin;
  mx::allocator::Data data = mx::allocator::malloc(length);
  if (length > 0) file_.read(data.buffer().raw_ptr(), length, 8 + header_text_.size() + stored.begin);
  return mx::array(std::move(data), std::move(dimensions), *dtype_named(stored.dtype));
}

void CacheTree::check_sum() const {
  const auto expected = metadata(checksum_key);
  if (!expected) return;
  std::string header = header_text_;
  const size_t at = header.find(*expected);
  if (expected->size() != 16 || at == std::string::npos) fail("checksum, expected 16 digits, got others");
  header.replace(at, 16, no_checksum);
  Checksum sum;
  sum.add(header.data(), header.size());
  std::vector<uint8_t> part(size_t{1} << 20);
  for (uint64_t offset = 8 + header_text_.size(); offset < file_.size(); offset += part.size()) {
    const size_t length = std::min<uint64_t>(part.size(), file_.size() - offset);
    file_.read(part.data(), length, offset);
    sum.add(part.data(), length);
  }
  if (hexadecimal(sum.value()) != *expected) fail("checksum, expected " + *expected + ", got another");
}

void CacheTreeWriter::add_class(const std::string& name) {
  metadata_["1." + std::to_string(classes_++)] = name;
}

void CacheTreeWriter::add_array(const std::string& path, mx::array values) {
  arrays_.insert_or_assign(path, std::move(values));
}

void CacheTreeWriter::add_scalar(const std::string& path, const char* type) {
  const std::string entry = "2." + std::to_string(++scalars_);
  metadata_[entry + ".0"] = path;
  metadata_[entry + ".1"] = type;
}

void CacheTreeWriter::add_number(const std::string& path, int value) {
  add_scalar(path, "scalar");
  add_array(path, mx::array(value, mx::int32));
}

void CacheTreeWriter::add_text(const std::string& path, const std::string& value) {
  add_scalar(path, "string");
  const std::vector<int> units(value.begin(), value.end());
  add_array(path, mx::array(units.begin(), {static_cast<int>(units.size())}, mx::int32));
}

void CacheTreeWriter::add_none(const std::string& path) {
  add_scalar(path, "none");
  add_array(path, mx::zeros({0}, mx::float32));
}

uint64_t CacheTreeWriter::write(ByteSink& sink) {
  SafetensorsHeader header{metadata_, {}};
  header.metadata["2.0"] = "";
  header.metadata[std::string("0.") + checksum_key] = no_checksum;
  uint64_t end = 0;
  for (const auto& [name, values] : arrays_) {
    StoredTensor stored{name_of(values.dtype()), {values.shape().begin(), values.shape().end()}, end, end};
    end = stored.end = end + values.nbytes();
    header.tensors[name] = std::move(stored);
  }
  const std::string text = write_safetensors_header(header);
  sink.write(text.data(), text.size());
  Checksum sum;
  sum.add(text.data() + 8, text.size() - 8);
  for (auto& [name, values] : arrays_) {
    if (values.nbytes() == 0) continue;
    auto whole = mx::contiguous(values);
    mx::eval(whole);
    sink.write(whole.data<uint8_t>(), whole.nbytes());
    sum.add(whole.data<uint8_t>(), whole.nbytes());
  }
  header.metadata[std::string("0.") + checksum_key] = hexadecimal(sum.value());
  const std::string summed = write_safetensors_header(header);
  sink.rewrite(summed.data(), summed.size(), 0);
  return text.size() + end;
}

}  // namespace mlxengine
