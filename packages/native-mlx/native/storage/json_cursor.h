#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlxengine {

// Reads the few forms of JSON that a safetensors header has, and throws a FailureError at anything else. What it reads
// is untrusted.
class JsonCursor {
 public:
  JsonCursor(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {}

  // Skips white space; then whether the character is next, which is passed over.
  bool accept(char character);
  void expect(char character);
  // An object or list: calls `read` for each member until the closing character.
  template <class Read>
  void members(char open, char close, const Read& read) {
    expect(open);
    if (accept(close)) return;
    do read();
    while (accept(','));
    expect(close);
  }

  std::string string();
  // 0 or more, at most 2^53.
  uint64_t integer();
  void expect_end();

  [[noreturn]] void fail(const std::string& expected) const;

 private:
  void skip_space();
  char next();
  uint32_t hexadecimal();
  void append_escape(std::string& to);

  std::string_view text_;
  std::string path_;
  size_t position_ = 0;
};

}  // namespace mlxengine
