// A vector of few values, kept in place.

#ifndef OCTET_CONVERTER_IR_INLINE_VECTOR_H_
#define OCTET_CONVERTER_IR_INLINE_VECTOR_H_

#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <vector>

namespace octet::converter {

// At most `capacity` values. Copied as bytes, so that a variant of operators
// is, too: with a std::vector in one of them, each file that touches a variant
// of 34 operators instantiates its copies and destructors, seconds a file.
template <typename T, size_t capacity>
class InlineVector {
 public:
  InlineVector() = default;
  InlineVector(std::initializer_list<T> values) {
    for (const T& value : values) push_back(value);
  }

  void push_back(const T& value) {
    assert(size_ < capacity);
    values_[size_++] = value;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  const T& operator[](size_t i) const { return values_[i]; }
  const T& front() const { return values_[0]; }
  T* begin() { return values_.data(); }
  T* end() { return values_.data() + size_; }
  const T* begin() const { return values_.data(); }
  const T* end() const { return values_.data() + size_; }
  std::vector<T> ToVector() const { return {begin(), end()}; }

 private:
  std::array<T, capacity> values_ = {};
  size_t size_ = 0;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_INLINE_VECTOR_H_
