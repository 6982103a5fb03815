#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mlxengine {

// A checksum against damage, not against intent: four lanes of multiplications, some gigabytes a second.
class Checksum {
 public:
  void add(const void* data, size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    length_ += length;
    for (; length > 0 && filled_ > 0; length--) push(*bytes++);
    for (; length >= sizeof block_; length -= sizeof block_, bytes += sizeof block_) mix(bytes);
    for (; length > 0; length--) push(*bytes++);
  }

  uint64_t value() const {
    uint64_t sum = length_;
    for (const uint64_t lane : lanes_) sum = scramble(sum ^ lane);
    for (size_t i = 0; i < filled_; i++) sum = scramble(sum ^ block_[i]);
    return scramble(sum);
  }

 private:
  static uint64_t scramble(uint64_t value) {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return value ^ value >> 33;
  }

  void push(unsigned char byte) {
    block_[filled_++] = byte;
    if (filled_ < sizeof block_) return;
    filled_ = 0;
    mix(block_);
  }

  void mix(const unsigned char* bytes) {
    for (size_t lane = 0; lane < 4; lane++) {
      uint64_t word;
      std::memcpy(&word, bytes + 8 * lane, 8);
      const uint64_t mixed = (lanes_[lane] ^ word) * 0x9e3779b185ebca87ULL;
      lanes_[lane] = mixed ^ mixed >> 31;
    }
  }

  uint64_t lanes_[4] = {1, 2, 3, 4};
  unsigned char block_[32] = {};
  size_t filled_ = 0;
  uint64_t length_ = 0;
};

}  // namespace mlxengine
