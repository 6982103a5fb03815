#pragma once

#include <mlx/array.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/atomic_file.h"
#include "storage/safetensors_header.h"
#include "weights/file_reader.h"

namespace mlxengine {

// A file of mlx-lm's `save_prompt_cache`: a list of caches as a tree of arrays, whose paths are indices joined by dots,
// and in the metadata the classes ("1.<i>"), what of the arrays stands for a number, a text or nothing ("2.<i>.0" and
// ".1"), and what the caller put there ("0.<key>"). Everything in it is untrusted.
class CacheTree {
 public:
  explicit CacheTree(const std::string& path);

  const std::string& path() const { return file_.path(); }

  // Of each cache.
  const std::vector<std::string>& classes() const { return classes_; }
  // What stands at the key in the caller's part; none where nothing does.
  std::optional<std::string> metadata(const std::string& key) const;
  // The caller's part without keys that have dots.
  std::map<std::string, std::string> flat_metadata() const;

  bool is_none(const std::string& path) const;
  bool has(const std::string& path) const { return header_.tensors.count(path) > 0; }
  // A number from `least` to `most`.
  int number(const std::string& path, int least, int most) const;
  std::string text(const std::string& path) const;
  // Its shape; an array of floats or, where they are packed, of unsigned integers.
  mlx::core::Shape shape(const std::string& path, bool packed = false) const;
  mlx::core::array array(const std::string& path) const;

  // Whether what was written is what is read, as far as the file says what was.
  void check_sum() const;

  [[noreturn]] void fail(const std::string& text) const;

 private:
  const StoredTensor& tensor(const std::string& path) const;
  std::vector<uint8_t> bytes(const StoredTensor& tensor, size_t most) const;

  FileReader file_;
  std::string header_text_;
  SafetensorsHeader header_;
  std::vector<std::string> classes_;
  std::map<std::string, std::string> scalars_;
};

// The same to write. Nothing is evaluated before `write`.
class CacheTreeWriter {
 public:
  void add_class(const std::string& name);
  void set_metadata(const std::string& key, const std::string& value) { metadata_["0." + key] = value; }
  void add_array(const std::string& path, mlx::core::array values);
  void add_number(const std::string& path, int value);
  void add_text(const std::string& path, const std::string& value);
  void add_none(const std::string& path);

  // Returns the bytes.
  uint64_t write(ByteSink& sink);

 private:
  void add_scalar(const std::string& path, const char* type);

  std::map<std::string, std::string> metadata_;
  std::map<std::string, mlx::core::array> arrays_;
  size_t classes_ = 0;
  size_t scalars_ = 0;
};

}  // namespace mlxengine
