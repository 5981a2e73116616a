// Operators on real numbers in double precision with the C library's functions,
// written from the formulas of schema/float_operators.fbs: one loop a sum.

#ifndef OCTET_TESTS_REFERENCE_FLOAT_OPERATORS_H_
#define OCTET_TESTS_REFERENCE_FLOAT_OPERATORS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "octet/shape.h"
#include "schema/octet_generated.h"
#include "schema/operators.h"

namespace octet::reference {

struct RealTensor {
  Shape shape;
  std::vector<double> data;

  explicit RealTensor(const Shape& of)
      : shape(of), data(static_cast<size_t>(of.NumElements())) {}
  // The value at an index of as many dimensions as the shape has.
  double& At(const std::vector<int64_t>& index);
  double At(const std::vector<int64_t>& index) const;
};

// Calls visit(index) for every element of `shape`, in memory order.
void ForEachIndex(
    const Shape& shape,
    const std::function<void(const std::vector<int64_t>&)>& visit);

double Unary(schema::UnaryFunction function, double a, double b, double x);

// Each output index is looked up in both inputs, aligned at the end.
RealTensor Broadcast(const Shape& output, const RealTensor& a,
                     const RealTensor& b,
                     const std::function<double(double, double)>& function);

// Pictures NHWC, weights {o, kernel_h, kernel_w, i / groups}.
RealTensor Conv2d(const Window2dParams& window, int groups,
                  const RealTensor& input, const RealTensor& weights,
                  const RealTensor& bias);
// Every input value is spread over the output.
RealTensor ConvTranspose2d(const ConvTranspose2dParams& params,
                           const Shape& output, const RealTensor& input,
                           const RealTensor& weights, const RealTensor& bias);
RealTensor MatMul(const Shape& output, const RealTensor& a,
                  const RealTensor& b);
RealTensor Pool2d(const Window2dParams& window, bool average,
                  bool count_include_pad, const Shape& output,
                  const RealTensor& input);
// Over `axes`, which the output keeps with size 1.
RealTensor Reduce(schema::ReduceFunction function, const std::vector<int>& axes,
                  const RealTensor& input);
RealTensor Softmax(bool logarithm, const RealTensor& input);
RealTensor LayerNormalization(int axis, double epsilon, const RealTensor& input,
                              const RealTensor& scale, const RealTensor& bias);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_FLOAT_OPERATORS_H_
