// MaxPool2d and AveragePool2d.

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

// The distinct numbers of a window's cells inside the picture, along one axis.
std::set<int32_t> CountsAlongAxis(int32_t input, int32_t output, int32_t kernel,
                                  int32_t stride, int32_t dilation,
                                  int32_t pad_begin) {
  std::set<int32_t> counts;
  for (int32_t i = 0; i < output; ++i) {
    int32_t count = 0;
    for (int32_t k = 0; k < kernel; ++k) {
      const int64_t cell =
          int64_t{i} * stride - pad_begin + int64_t{k} * dilation;
      if (cell >= 0 && cell < input) ++count;
    }
    counts.insert(count);
  }
  return counts;
}

}  // namespace

Status QuantizeMaxPool2d(const MaxPool2d& op, const Node& node,
                         ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  auto result = MakePool<schema::MaxPool2dT>(op);
  result.clamp = MakeClamp(op.clamp, builder.params(node.output));
  builder.AddOperator(node, std::move(result), {input});
  return OkStatus();
}

Status QuantizeAveragePool2d(const AveragePool2d& op, const Node& node,
                             ModelBuilder& builder) {
  const ValueId input = node.inputs[0];
  const ActivationParams& output = builder.params(node.output);
  auto result = MakePool<schema::AveragePool2dT>(op);
  result.count_include_pad = op.count_include_pad;
  if (!builder.StoresInt8(node.output)) {
    result.float_clamp = MakeFloatClamp(op.clamp);
    builder.AddOperator(node, std::move(result), {builder.Tensor(input)});
    return OkStatus();
  }
  result.counts = AveragePoolCounts(op, builder.value(input).shape,
                                    builder.value(node.output).shape);
  result.requantization = std::make_unique<schema::RequantizationT>();
  for (int32_t count : result.counts) {
    OCTET_RETURN_IF_ERROR(AppendRequantization(
        double{builder.params(input).scale} / (double{output.scale} * count),
        *result.requantization));
  }
  result.clamp = MakeClamp(op.clamp, output);
  builder.AddOperator(node, std::move(result), {builder.Tensor(input)});
  return OkStatus();
}

std::vector<int32_t> AveragePoolCounts(const AveragePool2d& op,
                                       const Shape& input,
                                       const Shape& output) {
  const Window2dParams& window = op.window;
  if (op.count_include_pad) return {window.kernel_h * window.kernel_w};
  std::set<int32_t> counts;
  for (int32_t rows :
       CountsAlongAxis(input[1], output[1], window.kernel_h, window.stride_h,
                       window.dilation_h, window.pad_top)) {
    for (int32_t columns :
         CountsAlongAxis(input[2], output[2], window.kernel_w, window.stride_w,
                         window.dilation_w, window.pad_left)) {
      counts.insert(rows * columns);
    }
  }
  return {counts.begin(), counts.end()};
}

}  // namespace octet::converter
