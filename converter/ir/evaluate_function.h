// Unary and Binary functions of single numbers, in double precision: for
// constants that are folded and for the entries of Lookup tables.

#ifndef OCTET_CONVERTER_IR_EVALUATE_FUNCTION_H_
#define OCTET_CONVERTER_IR_EVALUATE_FUNCTION_H_

#include <cstdint>
#include <optional>

#include "converter/ir/operators.h"

namespace octet::converter {

// Functions with a BOOL result give 0 or 1.
double EvaluateUnary(const Unary& op, double x);

// FakeQuantize of one number, in single precision.
float EvaluateFakeQuantize(const Int8Grid& grid, float x);

// The same. Comparisons and logic give 0 or 1.
double EvaluateBinary(schema::BinaryFunction function, double a, double b);

// Of INT64 (modulo 2^64) or BOOL. Nothing where the function is not defined: a
// division by 0, or one of integers that it does not take.
std::optional<int64_t> EvaluateIntegerUnary(schema::UnaryFunction function,
                                            int64_t x);
std::optional<int64_t> EvaluateIntegerBinary(schema::BinaryFunction function,
                                             int64_t a, int64_t b);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_EVALUATE_FUNCTION_H_
