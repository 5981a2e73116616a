// CONCATENATION, PACK, PAD, RESHAPE and its like, SHAPE, TRANSPOSE.

#include <string>
#include <utility>

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "converter/tflite/tensor_data.h"
#include "converter/tflite/window.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Result<std::vector<ValueId>> AllInputs(OperatorContext& op) {
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < op.num_inputs(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const ValueId input, op.AnyInput(i));
    inputs.push_back(input);
  }
  if (inputs.empty()) return InvalidModel("there is no input");
  return inputs;
}

// What PADV2 fills with; 0 without a third input.
Result<float> ReadPadValue(OperatorContext& op) {
  if (!op.HasInput(2)) return 0.0f;
  OCTET_ASSIGN_OR_RETURN(const ValueId value,
                         op.ConstantInput(2, "the padded value"));
  if (op.data(value).size() == 1) return op.data(value)[0];
  return InvalidModel("the padded value is not a single number");
}

// `shape` with a dimension of 1 at `axes`.
Result<Shape> ShapeWithOnes(const Shape& shape,
                            const std::vector<int64_t>& axes) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         ResolveUnsqueeze(ToDims(shape), axes));
  return ToShape(dims);
}

template <typename T>
std::vector<int64_t> ToIntegers(const flatbuffers::Vector<T>* values) {
  if (values == nullptr) return {};
  return {values->begin(), values->end()};
}

// What the arguments of RESHAPE, SQUEEZE or EXPAND_DIMS make of `input`.
Result<Shape> ReshapedShape(const OperatorContext& op, const Shape& input) {
  const std::vector<int64_t> dims = ToDims(input);
  if (op.op().code == tflite::BuiltinOperator::EXPAND_DIMS) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axis,
                           op.Integers(1, "the axis"));
    return ShapeWithOnes(input, axis);
  }
  std::vector<int64_t> result;
  if (op.op().code == tflite::BuiltinOperator::SQUEEZE) {
    const auto* options = op.options<tflite::SqueezeOptions>();
    const std::vector<int64_t> axes = options == nullptr
                                          ? std::vector<int64_t>()
                                          : ToIntegers(options->squeeze_dims());
    OCTET_ASSIGN_OR_RETURN(
        result, ResolveSqueeze(dims, axes.empty() ? nullptr : &axes));
    return ToShape(result);
  }
  std::vector<int64_t> target;
  const auto* options = op.options<tflite::ReshapeOptions>();
  if (op.HasInput(1)) {
    OCTET_ASSIGN_OR_RETURN(target, op.Integers(1, "the new shape"));
  } else if (options != nullptr) {
    target = ToIntegers(options->new_shape());
  } else {
    return InvalidModel("the new shape is missing");
  }
  OCTET_ASSIGN_OR_RETURN(result,
                         ResolveReshape(dims, target, /*allow_zero=*/true));
  return ToShape(result);
}

}  // namespace

Status ImportTfliteConcatenation(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::ConcatenationOptions>());
  if (options->fused_activation_function() != tflite::Activation::NONE) {
    return Unsupported("an activation fused into it is not supported");
  }
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, AllInputs(op));
  Concat concat;
  OCTET_ASSIGN_OR_RETURN(
      concat.params.axis,
      NormalizeAxis(options->axis(), op.shape(inputs[0]).rank));
  return op.Return(concat, std::move(inputs));
}

// Each input gets a dimension of 1, along which they are joined.
Status ImportTflitePack(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::PackOptions>());
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, AllInputs(op));
  Concat concat;
  OCTET_ASSIGN_OR_RETURN(
      concat.params.axis,
      NormalizeAxis(options->axis(), op.shape(inputs[0]).rank + 1));
  OCTET_ASSIGN_OR_RETURN(
      Shape slice,
      op.OutputShape(ShapeWithOnes(op.shape(inputs[0]), {concat.params.axis})));
  if (concat.params.axis >= slice.rank) {
    return InvalidModel("the output " + slice.ToString() +
                        " has too few dimensions");
  }
  slice[concat.params.axis] = 1;
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_ASSIGN_OR_RETURN(inputs[i],
                           op.Emit(Reshape{slice}, {inputs[i]}, inputs[i],
                                   "/input_" + std::to_string(i)));
  }
  return op.Return(concat, std::move(inputs));
}

Status ImportTflitePad(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> pads,
                         op.Integers(1, "the pads"));
  const int rank = op.shape(input).rank;
  if (pads.size() != 2 * size_t(rank)) {
    return InvalidModel("there are " + std::to_string(pads.size()) +
                        " pads for " + std::to_string(rank) + " dimensions");
  }
  Pad pad;
  OCTET_ASSIGN_OR_RETURN(pad.value, ReadPadValue(op));
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t begin = pads[2 * size_t(axis)];
    const int64_t end = pads[2 * size_t(axis) + 1];
    if (begin < 0 || end < 0 || begin > kMaxElements || end > kMaxElements) {
      return InvalidModel("a pad is not in 0 ... 2^30");
    }
    pad.params.begin[axis] = static_cast<int32_t>(begin);
    pad.params.end[axis] = static_cast<int32_t>(end);
  }
  return op.Return(pad, {input});
}

Status ImportTfliteReshape(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const Shape shape,
                         op.OutputShape(ReshapedShape(op, op.shape(input))));
  return op.Return(Reshape{shape}, {input});
}

// The numbers of a shape: what follows from them is computed here.
Status ImportTfliteShape(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  return op.ReturnIntegers(ToDims(op.shape(input)));
}

Status ImportTfliteTranspose(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> permutation,
                         op.Integers(1, "the permutation"));
  const int rank = op.shape(input).rank;
  if (permutation.size() != size_t(rank)) {
    return InvalidModel("the permutation has " +
                        std::to_string(permutation.size()) + " entries for " +
                        std::to_string(rank) + " dimensions");
  }
  Transpose transpose;
  for (int axis = 0; axis < rank; ++axis) {
    OCTET_ASSIGN_OR_RETURN(transpose.params.permutation[axis],
                           NormalizeAxis(permutation[size_t(axis)], rank));
  }
  return op.Return(transpose, {input});
}

}  // namespace octet::converter
