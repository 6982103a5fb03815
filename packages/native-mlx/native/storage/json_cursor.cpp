#include "storage/json_cursor.h"

#include "runtime/failure.h"

namespace mlxengine {

namespace {

void append_utf8(std::string& to, uint32_t point) {
  const auto byte = [&](uint32_t value) { to.push_back(static_cast<char>(value)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
  }
  byte(0x80 | (point & 0x3f));
}

}  // namespace

void JsonCursor::fail(const std::string& expected) const {
  throw FailureError(FailureKind::cache_file,
                     "[cache file] header, expected " + expected + " at byte " + std::to_string(position_) + ", got " +
                         (position_ < text_.size() ? "something else" : "its end"),
                     path_);
}

void JsonCursor::skip_space() {
  while (position_ < text_.size() && std::string_view(" \t\r\n").find(text_[position_]) != std::string_view::npos)
    position_++;
}

bool JsonCursor::accept(char character) {
  skip_space();
  if (position_ >= text_.size() || text_[position_] != character) return false;
  position_++;
  return true;
}

void JsonCursor::expect(char character) {
  if (!accept(character)) fail(std::string("'") + character + "'");
}

void JsonCursor::expect_end() {
  skip_space();
  if (position_ < text_.size()) fail("its end");
}

char JsonCursor::next() {
  if (position_ >= text_.size()) fail("more text");
  return text_[position_++];
}

std::string JsonCursor::string() {
  expect('"');
  std::string value;
  for (char character = next(); character != '"'; character = next()) {
    if (static_cast<unsigned char>(character) < 0x20) fail("no control character");
    if (character == '\\') {
      append_escape(value);
    } else {
      value.push_back(character);
    }
  }
  return value;
}

void JsonCursor::append_escape(std::string& to) {
  const char escape = next();
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const size_t known = names.find(escape);
  if (known != std::string_view::npos) return to.push_back(meanings[known]);
  if (escape != 'u') fail("an escape");
  uint32_t point = hexadecimal();
  if (point >= 0xd800 && point < 0xdc00) {
    if (next() != '\\' || next() != 'u') fail("the other half of a character");
    const uint32_t low = hexadecimal();
    if (low < 0xdc00 || low > 0xdfff) fail("the other half of a character");
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  } else if (point >= 0xdc00 && point < 0xe000) {
    fail("a whole character");
  }
  append_utf8(to, point);
}

uint32_t JsonCursor::hexadecimal() {
  uint32_t value = 0;
  for (int digit = 0; digit < 4; digit++) {
    const char character = next();
    const size_t worth = std::string_view("0123456789abcdef").find(static_cast<char>(character | 0x20));
    const bool is_digit = (character >= '0' && character <= '9') || (character >= 'A' && character <= 'F') ||
                          (character >= 'a' && character <= 'f');
    if (!is_digit) fail("a hexadecimal digit");
    value = value << 4 | static_cast<uint32_t>(worth);
  }
  return value;
}

uint64_t JsonCursor::integer() {
  skip_space();
  const size_t start = position_;
  uint64_t value = 0;
  while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
    value = value * 10 + static_cast<uint64_t>(text_[position_++] - '0');
    if (value > uint64_t{1} << 53) fail("a smaller number");
  }
  if (position_ == start) fail("a whole number");
  return value;
}

}  // namespace mlxengine
