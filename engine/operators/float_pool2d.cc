// MaxPool2d and AveragePool2d of FLOAT32, and averages of INT8 in FLOAT32.

#include <string>
#include <vector>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/pool2d.h"
#include "engine/operators/pool_spans.h"
#include "engine/operators/split.h"
#include "kernels/float/pooling.h"
#include "kernels/pooling.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

using FloatPoolFunction = void (*)(const FloatPoolArgs& args);

class FloatPool2d : public Operator {
 public:
  // cells: the divisor where it is the same for all windows, otherwise 0.
  FloatPool2d(const PrepareContext& context, const Node& node,
              const Window2dParams& window, const schema::FloatClamp* clamp,
              FloatPoolFunction function, int64_t cells)
      : window_(window),
        input_(context.network.input(node, 0).shape),
        output_(context.network.output(node).shape),
        input_tensor_(node.inputs[0]),
        output_tensor_(node.output),
        clamp_(FloatClampOf(clamp)),
        value_bytes_(context.network.input(node, 0).element_size()),
        scale_(context.network.input(node, 0).scale),
        zero_point_(
            static_cast<int8_t>(context.network.input(node, 0).zero_point)),
        form_(context.kernels.form),
        function_(function),
        cells_(cells),
        columns_(FindPoolSpans(HorizontalAxis(window, input_, output_))),
        rows_(FindPoolSpans(VerticalAxis(window, input_, output_))) {
    plan_.kernel = "float pool";
    const int64_t work = input_.NumElements() + output_.NumElements();
    plan_.num_parts = NumParts(context, work * kWorkPerOutput,
                               int64_t{output_[0]} * output_[1]);
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows =
        PartOf(int64_t{output_[0]} * output_[1], part, plan_.num_parts);
    const uint8_t* input = context.tensors[input_tensor_];
    float* output = reinterpret_cast<float*>(context.tensors[output_tensor_]);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      RunRow(input, row, output + row * output_[2] * output_[3]);
    }
  }

 private:
  void RunRow(const uint8_t* input, int64_t row, float* output) const {
    const int64_t channels = input_[3];
    const int64_t line = input_[2] * channels;
    const int64_t y = row % output_[1];
    const PoolSpan* span = rows_.data();
    while (y >= span->first_output + span->num_outputs) ++span;
    input += (row / output_[1] * input_[1] + span->first_cell +
              (y - span->first_output) * window_.stride_h) *
             line * value_bytes_;
    FloatPoolArgs args = {};
    args.channels = static_cast<size_t>(channels);
    args.window_h = static_cast<size_t>(span->cells);
    args.cell_stride_h = static_cast<size_t>(window_.dilation_h * line);
    args.cell_stride_w = static_cast<size_t>(window_.dilation_w * channels);
    args.clamp = clamp_;
    args.scale = scale_;
    args.zero_point = zero_point_;
    args.form = form_;
    for (const PoolSpan& column : columns_) {
      args.window_w = static_cast<size_t>(column.cells);
      args.divisor =
          static_cast<float>(cells_ > 0 ? cells_ : span->cells * column.cells);
      for (int64_t i = 0; i < column.num_outputs; ++i) {
        args.input = input + (column.first_cell + i * window_.stride_w) *
                                 channels * value_bytes_;
        args.output = output + (column.first_output + i) * channels;
        function_(args);
      }
    }
  }

  Window2dParams window_;
  Shape input_, output_;
  int input_tensor_, output_tensor_;
  FloatClamp clamp_;
  // Of the input; the rest where it is INT8.
  int64_t value_bytes_;
  float scale_;
  int8_t zero_point_;
  ActivationForm form_;
  FloatPoolFunction function_;
  int64_t cells_;
  std::vector<PoolSpan> columns_;
  std::vector<PoolSpan> rows_;
};

}  // namespace

Status VerifyFloatPool2d(const Network& network, const Node& node,
                         const Result<Window2dParams>& window,
                         const schema::FloatClamp* clamp) {
  if (!window.ok()) return window.status();
  OCTET_RETURN_IF_ERROR(CheckFloatClamp(clamp));
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.output,
                                        TypeBit(schema::DataType::FLOAT32)));
  if (!network.input(node, 0).is_float() &&
      int64_t{window->kernel_h} * window->kernel_w > kMaxAverageCount) {
    return Unsupported("a window has more than " +
                       std::to_string(kMaxAverageCount) + " cells");
  }
  return CheckOutputShape(
      network, node, InferPool2dShape(*window, network.input(node, 0).shape));
}

OperatorPointer MakeFloatMaxPool2d(const PrepareContext& context,
                                   const Node& node) {
  const auto& options = node.options<schema::MaxPool2d>();
  return std::make_unique<FloatPool2d>(
      context, node,
      PoolWindowOf(options, context.network.input(node, 0).shape),
      options.float_clamp(), FloatMaxPool, 0);
}

OperatorPointer MakeFloatAveragePool2d(const PrepareContext& context,
                                       const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  const Window2dParams window =
      PoolWindowOf(options, context.network.input(node, 0).shape);
  const int64_t cells = options.count_include_pad()
                            ? int64_t{window.kernel_h} * window.kernel_w
                            : 0;
  const bool is_float = context.network.input(node, 0).is_float();
  return std::make_unique<FloatPool2d>(
      context, node, window, options.float_clamp(),
      is_float ? FloatAveragePool : FloatAverageInt8Pool, cells);
}

}  // namespace octet
