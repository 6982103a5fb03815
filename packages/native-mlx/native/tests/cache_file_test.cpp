#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/failure.h"
#include "storage/checksum.h"
#include "storage/safetensors_header.h"
#include "tests/check.h"

// The reader of safetensors headers, which come from anywhere.
namespace mlxengine {

namespace {

// Bytes of data that the header is of.
constexpr uint64_t data_bytes = 64;

std::string header_text() {
  SafetensorsHeader header;
  header.metadata = {{"0.chat", "a \"quoted\" name\n\\"}, {"1.0", "KVCache"}, {"2.0", ""}};
  header.tensors = {{"0.0", {"F32", {1, 2, 4}, 0, 32}},
                    {"0.1", {"BF16", {1, 2, 6}, 32, 56}},
                    {"0.2", {"I32", {}, 56, 60}},
                    {"0.3", {"F32", {0}, 60, 60}},
                    {"0.4", {"U32", {1}, 60, 64}}};
  return write_safetensors_header(header).substr(8);
}

bool is_refused(const std::string& text, uint64_t bytes = data_bytes) {
  try {
    parse_safetensors_header(text, bytes, "file");
    return false;
  } catch (const FailureError& error) {
    CHECK(error.failure().kind == FailureKind::cache_file);
    CHECK(error.failure().subject == "file");
    return true;
  }
}

std::string with(std::string from, std::string to) {
  std::string text = header_text();
  const size_t at = text.find(from);
  CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void reads_what_was_written() {
  const std::string text = write_safetensors_header(parse_safetensors_header(header_text(), data_bytes, "file"));
  CHECK(text.substr(8) == header_text());
  CHECK(text.size() % 8 == 0);
  const auto header = parse_safetensors_header(header_text(), data_bytes, "file");
  CHECK(header.metadata.at("0.chat") == "a \"quoted\" name\n\\");
  CHECK(header.tensors.at("0.1").begin == 32 && header.tensors.at("0.3").shape.front() == 0);
  const auto escaped = parse_safetensors_header("{\"__metadata__\":{\"k\":\"\\u00e4\\ud83d\\ude00\"}}", 0, "file");
  CHECK(escaped.metadata.at("k") == "\xc3\xa4\xf0\x9f\x98\x80");
}

void refuses_lies() {
  CHECK(!is_refused(header_text()));
  CHECK(is_refused(header_text(), data_bytes - 1));
  CHECK(is_refused(header_text(), data_bytes + 1));
  CHECK(is_refused(with("[0,32]", "[0,31]")));
  CHECK(is_refused(with("[0,32]", "[32,0]")));
  CHECK(is_refused(with("[32,56]", "[8,32]")));
  CHECK(is_refused(with("[32,56]", "[40,64]")));
  CHECK(is_refused(with("[60,64]", "[64,68]"), 68));
  CHECK(is_refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[0]}}", 0));
  CHECK(is_refused(with("[1,2,4]", "[1,2,5]")));
  CHECK(is_refused(with("[1,2,4]", "[4294967296,4294967296,4]")));
  CHECK(is_refused(with("[1,2,4]", "[0,18446744073709551616,4]")));
  CHECK(is_refused(with("[1,2,4]", "[-1,-2,4]")));
  CHECK(is_refused(with("[1,2,4]", "[1,1,1,1,1,1,1,1,8]")));
  CHECK(is_refused(with("[1,2,4]", "[1.0,2,4]")));
  CHECK(is_refused(with("F32", "F33")));
  CHECK(is_refused(with("\"0.1\"", "\"0.0\"")));
  CHECK(is_refused(with("\"1.0\":", "\"2.0\":")));
  CHECK(is_refused(with("\"shape\"", "\"dtype\"")));
  CHECK(is_refused(with("\"shape\"", "\"other\"")));
  CHECK(is_refused(header_text() + "{}"));
  CHECK(is_refused(""));
  CHECK(is_refused("[]"));
  CHECK(is_refused("{\"__metadata__\":{\"k\":\"\\ud83d\"}}", 0));
  CHECK(is_refused("{\"__metadata__\":{\"k\":\"\\q\"}}", 0));
  CHECK(is_refused("{\"__metadata__\":{\"k\":1}}", 0));
}

// Whatever the bytes are, they are read or refused, and what is read lies in the data.
void survives_anything() {
  std::mt19937 random(3);
  const std::string pieces = "{}[]\",:0123456789\\uF32 ";
  for (int round = 0; round < 20'000; round++) {
    std::string text = header_text();
    for (uint32_t change = 0; change <= random() % 4; change++) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text[at] = pieces[random() % pieces.size()];
          break;
        case 2:
          text.erase(at, 1 + random() % 8);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
      }
      if (text.empty()) break;
    }
    try {
      const auto header = parse_safetensors_header(text, data_bytes, "file");
      for (const auto& [name, tensor] : header.tensors) CHECK(tensor.begin <= tensor.end && tensor.end <= data_bytes);
    } catch (const FailureError& error) {
      CHECK(error.failure().kind == FailureKind::cache_file);
    }
  }
}

void sums_see_every_bit() {
  std::vector<uint8_t> bytes(200);
  for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(i * 7);
  const auto sum_of = [](const std::vector<uint8_t>& data, size_t part) {
    Checksum sum;
    for (size_t at = 0; at < data.size(); at += part) sum.add(data.data() + at, std::min(part, data.size() - at));
    return sum.value();
  };
  const uint64_t whole = sum_of(bytes, bytes.size());
  for (const size_t part : {1, 7, 32, 33, 64}) CHECK(sum_of(bytes, part) == whole);
  for (size_t bit = 0; bit < bytes.size() * 8; bit++) {
    auto changed = bytes;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    CHECK(sum_of(changed, changed.size()) != whole);
  }
  bytes.push_back(0);
  CHECK(sum_of(bytes, bytes.size()) != whole);
}

}  // namespace

}  // namespace mlxengine

int main() {
  mlxengine::reads_what_was_written();
  mlxengine::refuses_lies();
  mlxengine::survives_anything();
  mlxengine::sums_see_every_bit();
  return 0;
}
