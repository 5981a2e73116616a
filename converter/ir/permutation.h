// Permutations of dimensions, as a Transpose holds them:
// output.shape[i] = input.shape[permutation[i]].

#ifndef OCTET_CONVERTER_IR_PERMUTATION_H_
#define OCTET_CONVERTER_IR_PERMUTATION_H_

#include "octet/shape.h"
#include "schema/operators.h"

namespace octet::converter {

// NCHW -> NHWC and back.
inline constexpr TransposeParams kToChannelsLast{{0, 2, 3, 1}};
inline constexpr TransposeParams kToChannelsFirst{{0, 3, 1, 2}};

// All functions REQUIRE valid permutations of `rank` dimensions.
bool IsIdentityPermutation(const TransposeParams& permutation, int rank);
bool SamePermutation(const TransposeParams& a, const TransposeParams& b,
                     int rank);
TransposeParams InversePermutation(const TransposeParams& permutation,
                                   int rank);
// One Transpose that does what `first`, then `second` do.
TransposeParams ComposePermutations(const TransposeParams& first,
                                    const TransposeParams& second, int rank);
// `axis` becomes the last dimension, the others keep their order.
TransposeParams MoveAxisLast(int axis, int rank);
Shape PermuteShape(const Shape& shape, const TransposeParams& permutation);

// Whether a Transpose of a tensor of this shape leaves its elements in the same
// order in memory: dimensions other than 1 keep their order.
bool KeepsMemoryOrder(const TransposeParams& permutation, const Shape& shape);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_PERMUTATION_H_
