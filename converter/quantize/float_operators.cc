#include "converter/quantize/float_operators.h"

#include <memory>
#include <string>
#include <utility>

#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

std::vector<int32_t> ToVector(const int32_t* values, const Shape& shape) {
  return {values, values + shape.rank};
}

// Overloads, one an operator.
struct Adder {
  const Node& node;
  ModelBuilder& builder;

  // The node's operator on all its inputs.
  template <typename OptionsT>
  Status Append(OptionsT options) const {
    std::vector<uint32_t> inputs;
    for (ValueId id : node.inputs) inputs.push_back(builder.PlainTensor(id));
    builder.AddOperator(node, std::move(options), std::move(inputs));
    return OkStatus();
  }
  const Shape& output_shape() const { return builder.value(node.output).shape; }
  Status AppendBinary(schema::BinaryFunction function,
                      const FloatClamp& clamp) const {
    schema::BinaryT result;
    result.function = function;
    result.float_clamp = MakeFloatClamp(clamp);
    return Append(std::move(result));
  }

  // One of several operators of the node; all in the shape of its output.
  template <typename OptionsT>
  uint32_t AppendStep(const std::string& suffix, OptionsT options,
                      std::vector<uint32_t> inputs, bool is_last) const {
    const uint32_t output =
        is_last ? builder.StoredTensor(node.output)
                : builder.AddFloatActivation(
                      builder.value(node.output).name + suffix + "/input",
                      output_shape());
    builder.AddOperator(node.name + suffix, std::move(options),
                        std::move(inputs), output);
    return output;
  }
  uint32_t AppendScalar(schema::BinaryFunction function,
                        const std::string& suffix, uint32_t x, float scalar,
                        bool is_last) const {
    schema::BinaryT result;
    result.function = function;
    result.float_clamp = MakeFloatClamp({});
    const uint32_t constant =
        builder.AddFloatConstant(node.name + suffix, Shape{}, {scalar});
    return AppendStep(suffix, std::move(result), {x, constant}, is_last);
  }

  Status operator()(const Conv2d& op) const {
    schema::Conv2dT result;
    result.window = MakeWindow(op.window);
    result.groups = op.groups;
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const FullyConnected& op) const {
    schema::FullyConnectedT result;
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const MaxPool2d& op) const {
    auto result = MakePool<schema::MaxPool2dT>(op);
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const AveragePool2d& op) const {
    auto result = MakePool<schema::AveragePool2dT>(op);
    result.count_include_pad = op.count_include_pad;
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const Add& op) const {
    return AppendBinary(schema::BinaryFunction::ADD, op.clamp);
  }
  Status operator()(const Mul& op) const {
    return AppendBinary(schema::BinaryFunction::MUL, op.clamp);
  }
  Status operator()(const Binary& op) const {
    return AppendBinary(op.function, op.clamp);
  }
  // The maximum of the input and the lower bound, within the bounds.
  Status operator()(const Clamp& op) const {
    schema::BinaryT result;
    result.function = schema::BinaryFunction::MAXIMUM;
    result.float_clamp = MakeFloatClamp(op.clamp);
    const uint32_t bound =
        builder.AddFloatConstant(node.name + "/bound", Shape{}, {op.clamp.min});
    builder.AddOperator(node, std::move(result),
                        {builder.PlainTensor(node.inputs[0]), bound});
    return OkStatus();
  }
  // To int8 and back.
  Status operator()(const FakeQuantize& op) const {
    const std::string name = node.name + "/int8";
    const uint32_t int8 = builder.AddActivation(
        name, output_shape(), {op.grid.scale, op.grid.zero_point});
    builder.AddOperator(name, schema::QuantizeT(),
                        {builder.PlainTensor(node.inputs[0])}, int8);
    builder.AddOperator(node, schema::DequantizeT(), {int8});
    return OkStatus();
  }
  Status operator()(const Softmax& op) const {
    schema::SoftmaxT result;
    result.logarithm = op.logarithm;
    return Append(std::move(result));
  }
  Status operator()(const Concat& op) const {
    schema::ConcatT result;
    result.axis = op.params.axis;
    return Append(std::move(result));
  }
  Status operator()(const Reshape&) const { return Append(schema::ReshapeT()); }
  Status operator()(const Transpose& op) const {
    schema::TransposeT result;
    result.permutation = ToVector(op.params.permutation, output_shape());
    return Append(std::move(result));
  }
  Status operator()(const Pad& op) const {
    schema::PadT result;
    result.begin = ToVector(op.params.begin, output_shape());
    result.end = ToVector(op.params.end, output_shape());
    if (builder.value(node.output).is_float()) {
      result.float_value = op.value;
    } else {
      result.integer_value = static_cast<int64_t>(op.value);
    }
    return Append(std::move(result));
  }
  Status operator()(const Slice& op) const {
    return Append(MakeSlice(op, output_shape().rank));
  }
  Status operator()(const Unary& op) const {
    schema::UnaryT result;
    result.function = op.function;
    result.alpha = op.alpha;
    result.beta = op.beta;
    // A step each, the last of which gives the node's output.
    uint32_t x = builder.PlainTensor(node.inputs[0]);
    const bool has_scale = op.scale != 1.0f;
    const bool has_offset = op.offset != 0.0f;
    x = AppendStep("", std::move(result), {x}, !has_scale && !has_offset);
    if (has_scale) {
      x = AppendScalar(schema::BinaryFunction::MUL, "/scale", x, op.scale,
                       !has_offset);
    }
    if (has_offset) {
      AppendScalar(schema::BinaryFunction::ADD, "/offset", x, op.offset, true);
    }
    return OkStatus();
  }
  Status operator()(const MatMul& op) const {
    schema::MatMulT result;
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const ConvTranspose2d& op) const {
    schema::ConvTranspose2dT result;
    result.window = MakeWindow(op.params.window);
    result.groups = op.params.groups;
    result.output_pad_h = op.params.output_pad_h;
    result.output_pad_w = op.params.output_pad_w;
    result.float_clamp = MakeFloatClamp(op.clamp);
    return Append(std::move(result));
  }
  Status operator()(const Resize& op) const { return Append(MakeResize(op)); }
  Status operator()(const Gather& op) const {
    schema::GatherT result;
    result.axis = op.axis;
    return Append(std::move(result));
  }
  Status operator()(const NonMaxSuppression& op) const {
    schema::NonMaxSuppressionT result;
    result.center_point_box = op.center_point_box;
    result.max_boxes_per_class = op.max_boxes_per_class;
    result.iou_threshold = op.iou_threshold;
    result.use_score_threshold = op.score_threshold.has_value();
    result.score_threshold = op.score_threshold.value_or(0.0f);
    return Append(std::move(result));
  }
  Status operator()(const GatherNd& op) const {
    schema::GatherNdT result;
    result.batch_dims = op.batch_dims;
    return Append(std::move(result));
  }
  Status operator()(const GatherElements& op) const {
    schema::GatherElementsT result;
    result.axis = op.axis;
    return Append(std::move(result));
  }
  Status operator()(const Expand&) const { return Append(schema::ExpandT()); }
  Status operator()(const Where&) const { return Append(schema::WhereT()); }
  Status operator()(const Cast&) const { return Append(schema::CastT()); }
  Status operator()(const Reduce& op) const {
    schema::ReduceT result;
    result.function = op.function;
    result.axes = op.axes.ToVector();
    result.keep_dims = true;
    return Append(std::move(result));
  }
  Status operator()(const ArgExtremum& op) const {
    schema::ArgExtremumT result;
    result.axis = op.axis;
    result.largest = op.largest;
    result.last = op.last;
    result.keep_dims = true;
    return Append(std::move(result));
  }
  Status operator()(const TopK& op) const {
    schema::TopKT result;
    result.axis = op.params.axis;
    result.k = op.params.k;
    result.largest = op.largest;
    result.result = op.result;
    return Append(std::move(result));
  }
  Status operator()(const LayerNormalization& op) const {
    schema::LayerNormalizationT result;
    result.axis = op.axis;
    result.epsilon = op.epsilon;
    return Append(std::move(result));
  }
  Status operator()(const CumSum& op) const {
    schema::CumSumT result;
    result.axis = op.axis;
    result.exclusive = op.exclusive;
    result.reverse = op.reverse;
    return Append(std::move(result));
  }
  Status operator()(const Lrn& op) const {
    schema::LrnT result;
    result.size = op.size;
    result.alpha = op.alpha;
    result.beta = op.beta;
    result.bias = op.bias;
    return Append(std::move(result));
  }
  Status operator()(const Lstm& op) const {
    auto result = MakeRecurrence<schema::LstmT>(op.recurrence);
    result.input_forget = op.input_forget;
    return Append(std::move(result));
  }
  Status operator()(const Gru& op) const {
    auto result = MakeRecurrence<schema::GruT>(op.recurrence);
    result.linear_before_reset = op.linear_before_reset;
    return Append(std::move(result));
  }
  Status operator()(const BatchNormalization&) const {
    return Unsupported("could not be folded into a layer's weights");
  }
  Status operator()(const Identity&) const {
    return InternalError("was not removed by the passes");
  }

  template <typename OptionsT>
  static OptionsT MakeRecurrence(const Recurrence& recurrence) {
    OptionsT result;
    result.hidden_size = recurrence.hidden_size;
    result.direction = recurrence.direction;
    result.result = recurrence.result;
    result.activations = recurrence.activations.ToVector();
    result.alpha = recurrence.alpha.ToVector();
    result.beta = recurrence.beta.ToVector();
    result.clip = recurrence.clip;
    return result;
  }
};

}  // namespace

Status AddFloatOperator(const Node& node, ModelBuilder& builder) {
  return std::visit(Adder{node, builder}, node.op);
}

}  // namespace octet::converter
