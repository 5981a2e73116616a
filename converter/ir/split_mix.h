// SplitMix64 (Steele, Lea, Flood, 2014): unlike the standard library's
// distributions, the same numbers from every library.

#ifndef OCTET_CONVERTER_IR_SPLIT_MIX_H_
#define OCTET_CONVERTER_IR_SPLIT_MIX_H_

#include <cstddef>
#include <cstdint>

namespace octet::converter {

// One step: scatters `value` over 64 bits.
inline uint64_t SplitMix(uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // A number below `bound`. The remainder's bias is below bound / 2^64.
  size_t Below(size_t bound) { return size_t(Next() % bound); }

  // From -1 to 1.
  double Symmetric() { return double(Next() >> 11) * 0x1p-52 - 1.0; }

 private:
  uint64_t Next() {
    const uint64_t value = SplitMix(state_);
    state_ += 0x9e3779b97f4a7c15u;
    return value;
  }

  uint64_t state_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_SPLIT_MIX_H_
