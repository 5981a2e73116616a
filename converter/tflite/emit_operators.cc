#include "converter/tflite/emit_operators.h"

#include <algorithm>
#include <cmath>

#include "converter/ir/constant_evaluation.h"
#include "converter/quantize/schema_options.h"
#include "converter/tflite/tflite_scales.h"
#include "converter/tflite/value_tables.h"

namespace octet::converter {
namespace {

double ScaleRatio(const Node& node, const QuantizedOutput& output) {
  return double{output.params(node.inputs[0]).scale} /
         double{output.params(node.output).scale};
}

std::vector<int32_t> ToVector(const int32_t* values, const Shape& shape) {
  return {values, values + shape.rank};
}

Status EmitRequantize(double ratio, const FloatClamp& clamp, const Node& node,
                      QuantizedOutput& output) {
  schema::RequantizeT options;
  options.rounding = schema::Rounding::TFLITE;
  options.clamp = MakeTfliteClamp(clamp, output.params(node.output));
  OCTET_ASSIGN_OR_RETURN(options.tflite_requantization, MakeTfliteScale(ratio));
  output.builder.AddOperator(node, std::move(options),
                             {output.builder.Tensor(node.inputs[0])});
  return OkStatus();
}

Status EmitMean(const AveragePool2d& op, const Node& node,
                QuantizedOutput& output) {
  const int64_t count = int64_t{op.window.kernel_h} * op.window.kernel_w;
  auto options = MakePool<schema::AveragePool2dT>(op);
  options.counts = {static_cast<int32_t>(count)};
  options.clamp = MakeTfliteClamp(op.clamp, output.params(node.output));
  options.rounding = schema::Rounding::TFLITE;
  OCTET_ASSIGN_OR_RETURN(options.tflite_requantization,
                         MakeTfliteMeanScale(ScaleRatio(node, output), count));
  output.builder.AddOperator(node, std::move(options),
                             {output.builder.Tensor(node.inputs[0])});
  return OkStatus();
}

// A pooling whose output is stored as its input is.
template <typename OptionsT>
void EmitPool(const FloatClamp& clamp, const Node& node, OptionsT options,
              QuantizedOutput& output) {
  options.clamp = MakeTfliteClamp(clamp, output.params(node.output));
  EmitKeepingBytes(node, std::move(options),
                   {output.builder.Tensor(node.inputs[0])},
                   output.params(node.inputs[0]), output);
}

Status EmitAveragePool2d(const AveragePool2d& op, const Node& node,
                         QuantizedOutput& output) {
  if (node.source_type == "MEAN") return EmitMean(op, node, output);
  auto options = MakePool<schema::AveragePool2dT>(op);
  options.rounding = schema::Rounding::TFLITE;
  options.halves_up = output.stored(node.inputs[0]).is_uint8;
  EmitPool(op.clamp, node, std::move(options), output);
  return OkStatus();
}

// The tensor of operand `i` of a sum, repeated to the output's shape.
Result<uint32_t> OperandTensor(size_t i, const Node& node,
                               QuantizedOutput& output) {
  const ValueId id = node.inputs[i];
  const Shape& target = output.shape(node.output);
  const Value& value = output.imported.graph.value(id);
  ModelBuilder& builder = output.builder;
  if (value.shape == target) return builder.Tensor(id);
  if (!value.is_constant()) {
    const std::string name = node.name + "/repeated_" + std::to_string(i);
    const uint32_t repeated =
        builder.AddActivation(name, target, output.params(id));
    builder.AddOperator(name, schema::ExpandT(), {builder.Tensor(id)},
                        repeated);
    return repeated;
  }
  OCTET_RETURN_IF_ERROR(output.Copy(target.NumElements()));
  std::vector<int8_t> q;
  for (const float real : BroadcastData(*value.data, value.shape, target)) {
    q.push_back(QuantizeActivation(real, output.params(id)));
  }
  return builder.AddInt8Constant(value.name, target, q,
                                 {output.params(id).scale},
                                 output.params(id).zero_point, /*axis=*/-1);
}

// A sum, or a difference, whose second multiplier is negative.
Status EmitSum(const FloatClamp& clamp, bool subtract, const Node& node,
               QuantizedOutput& output) {
  const ActivationParams& result = output.params(node.output);
  schema::AddT options;
  options.rounding = schema::Rounding::TFLITE;
  options.clamp = MakeTfliteClamp(clamp, result);
  OCTET_ASSIGN_OR_RETURN(
      options.tflite_requantization,
      MakeTfliteAddScales(output.params(node.inputs[0]).scale,
                          output.params(node.inputs[1]).scale, result.scale));
  if (subtract) options.tflite_requantization->multiplier[1] *= -1;
  OCTET_ASSIGN_OR_RETURN(const uint32_t a, OperandTensor(0, node, output));
  OCTET_ASSIGN_OR_RETURN(const uint32_t b, OperandTensor(1, node, output));
  output.builder.AddOperator(node, std::move(options), {a, b});
  return OkStatus();
}

Status EmitMul(const Mul& op, const Node& node, QuantizedOutput& output) {
  schema::MulT options;
  options.rounding = schema::Rounding::TFLITE;
  options.clamp = MakeTfliteClamp(op.clamp, output.params(node.output));
  // The format computes the factor in single precision.
  const float factor = output.params(node.inputs[0]).scale *
                       output.params(node.inputs[1]).scale /
                       output.params(node.output).scale;
  OCTET_ASSIGN_OR_RETURN(options.tflite_requantization,
                         MakeTfliteScale(double{factor}));
  output.builder.AddOperator(node, std::move(options),
                             {output.builder.Tensor(node.inputs[0]),
                              output.builder.Tensor(node.inputs[1])});
  return OkStatus();
}

Status EmitBinary(const Binary& op, const Node& node, QuantizedOutput& output) {
  if (op.function == schema::BinaryFunction::SUB) {
    return EmitSum(op.clamp, /*subtract=*/true, node, output);
  }
  return Unsupported("this operator is not supported on integers");
}

void EmitResize(const Resize& op, const Node& node, QuantizedOutput& output) {
  schema::ResizeT options = MakeResize(op);
  if (op.mode == schema::ResizeMode::LINEAR) {
    options.rounding = schema::Rounding::TFLITE;
    options.halves_up = output.stored(node.inputs[0]).is_uint8;
  }
  EmitKeepingBytes(node, std::move(options),
                   {output.builder.Tensor(node.inputs[0])},
                   output.params(node.inputs[0]), output);
}

void EmitArgExtremum(const ArgExtremum& op, const Node& node,
                     QuantizedOutput& output) {
  schema::ArgExtremumT options;
  options.axis = op.axis;
  options.largest = op.largest;
  options.last = op.last;
  options.keep_dims = true;
  output.builder.AddOperator(node, std::move(options),
                             {output.builder.Tensor(node.inputs[0])});
}

Status EmitSoftmax(const Node& node, QuantizedOutput& output) {
  if (!(output.params(node.output) == kSoftmaxOutputParams)) {
    return Unsupported(
        "its output must have the scale 1/256 and the smallest zero point");
  }
  schema::SoftmaxT options;
  options.rounding = schema::Rounding::TFLITE;
  OCTET_ASSIGN_OR_RETURN(
      options.tflite_requantization,
      MakeTfliteSoftmaxScale(output.stored(node.output).beta,
                             output.params(node.inputs[0]).scale));
  output.builder.AddOperator(node, std::move(options),
                             {output.builder.Tensor(node.inputs[0])});
  return OkStatus();
}

Status EmitConcat(const Concat& op, const Node& node, QuantizedOutput& output) {
  ModelBuilder& builder = output.builder;
  std::vector<uint32_t> inputs;
  for (const ValueId id : node.inputs) {
    inputs.push_back(builder.Tensor(id));
    if (output.params(id) == output.params(node.output)) continue;
    const std::string name =
        node.name + "/rescaled_" + std::to_string(inputs.size() - 1);
    const uint32_t rescaled = builder.AddActivation(name, output.shape(id),
                                                    output.params(node.output));
    builder.AddOperator(
        name, RescalingTable(output.stored(id), output.stored(node.output)),
        {inputs.back()}, rescaled);
    inputs.back() = rescaled;
  }
  schema::ConcatT options;
  options.axis = op.params.axis;
  builder.AddOperator(node, std::move(options), std::move(inputs));
  return OkStatus();
}

// Appends an operator of one input that moves its q, or its integers.
template <typename OptionsT>
void EmitMovement(const Node& node, OptionsT options, QuantizedOutput& output) {
  EmitKeepingBytes(node, std::move(options),
                   {output.builder.StoredTensor(node.inputs[0])},
                   output.params(node.inputs[0]), output);
}

// Overloads, one an operator; what is not listed has no integer form.
struct Emitter {
  const Node& node;
  QuantizedOutput& output;

  Status operator()(const Conv2d& op) { return EmitConv2d(op, node, output); }
  Status operator()(const FullyConnected& op) {
    return EmitFullyConnected(op, node, output);
  }
  Status operator()(const MaxPool2d& op) {
    EmitPool(op.clamp, node, MakePool<schema::MaxPool2dT>(op), output);
    return OkStatus();
  }
  Status operator()(const AveragePool2d& op) {
    return EmitAveragePool2d(op, node, output);
  }
  Status operator()(const Add& op) {
    return EmitSum(op.clamp, /*subtract=*/false, node, output);
  }
  Status operator()(const Mul& op) { return EmitMul(op, node, output); }
  Status operator()(const Binary& op) { return EmitBinary(op, node, output); }
  Status operator()(const Resize& op) {
    EmitResize(op, node, output);
    return OkStatus();
  }
  Status operator()(const ArgExtremum& op) {
    EmitArgExtremum(op, node, output);
    return OkStatus();
  }
  // The format divides the scales of an activation in single precision.
  Status operator()(const Clamp& op) {
    const float ratio =
        output.params(node.inputs[0]).scale / output.params(node.output).scale;
    return EmitRequantize(double{ratio}, op.clamp, node, output);
  }
  Status operator()(const Identity&) {
    const std::vector<int8_t>& table = output.stored(node.output).table;
    if (!table.empty()) {
      schema::LookupT options;
      options.values = table;
      output.builder.AddOperator(node, std::move(options),
                                 {output.builder.Tensor(node.inputs[0])});
      return OkStatus();
    }
    return EmitRequantize(ScaleRatio(node, output), FloatClamp(), node, output);
  }
  Status operator()(const Softmax&) { return EmitSoftmax(node, output); }
  Status operator()(const Concat& op) { return EmitConcat(op, node, output); }
  Status operator()(const Reshape&) {
    EmitMovement(node, schema::ReshapeT(), output);
    return OkStatus();
  }
  Status operator()(const Transpose& op) {
    schema::TransposeT options;
    options.permutation =
        ToVector(op.params.permutation, output.shape(node.output));
    EmitMovement(node, std::move(options), output);
    return OkStatus();
  }
  Status operator()(const Pad& op) {
    schema::PadT options;
    options.begin = ToVector(op.params.begin, output.shape(node.output));
    options.end = ToVector(op.params.end, output.shape(node.output));
    options.value = QuantizeActivation(op.value, output.params(node.output));
    EmitMovement(node, std::move(options), output);
    return OkStatus();
  }
  Status operator()(const Slice& op) {
    EmitMovement(node, MakeSlice(op, output.shape(node.output).rank), output);
    return OkStatus();
  }
  template <typename Other>
  Status operator()(const Other&) {
    return Unsupported("this operator is not supported on integers");
  }
};

}  // namespace

Status EmitQuantizedNode(const Node& node, QuantizedOutput& output) {
  return std::visit(Emitter{node, output}, node.op);
}

}  // namespace octet::converter
