#include "converter/ir/permutation.h"

namespace octet::converter {

bool IsIdentityPermutation(const TransposeParams& permutation, int rank) {
  for (int i = 0; i < rank; ++i) {
    if (permutation.permutation[i] != i) return false;
  }
  return true;
}

bool SamePermutation(const TransposeParams& a, const TransposeParams& b,
                     int rank) {
  for (int i = 0; i < rank; ++i) {
    if (a.permutation[i] != b.permutation[i]) return false;
  }
  return true;
}

TransposeParams InversePermutation(const TransposeParams& permutation,
                                   int rank) {
  TransposeParams inverse;
  for (int i = 0; i < rank; ++i) {
    inverse.permutation[permutation.permutation[i]] = i;
  }
  return inverse;
}

TransposeParams ComposePermutations(const TransposeParams& first,
                                    const TransposeParams& second, int rank) {
  TransposeParams both;
  for (int i = 0; i < rank; ++i) {
    both.permutation[i] = first.permutation[second.permutation[i]];
  }
  return both;
}

TransposeParams MoveAxisLast(int axis, int rank) {
  TransposeParams permutation;
  for (int i = 0; i < rank - 1; ++i) {
    permutation.permutation[i] = i < axis ? i : i + 1;
  }
  permutation.permutation[rank - 1] = axis;
  return permutation;
}

Shape PermuteShape(const Shape& shape, const TransposeParams& permutation) {
  Shape permuted = shape;
  for (int i = 0; i < shape.rank; ++i) {
    permuted[i] = shape[permutation.permutation[i]];
  }
  return permuted;
}

bool KeepsMemoryOrder(const TransposeParams& permutation, const Shape& shape) {
  int previous = -1;
  for (int i = 0; i < shape.rank; ++i) {
    const int axis = permutation.permutation[i];
    if (shape[axis] == 1) continue;
    if (axis < previous) return false;
    previous = axis;
  }
  return true;
}

}  // namespace octet::converter
