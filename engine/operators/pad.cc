// Pad: surrounds an activation with one value.

#include <array>
#include <cstring>

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

PadParams ParamsOf(const schema::Pad& options) {
  PadParams params;
  for (uint32_t i = 0; i < options.begin()->size(); ++i) {
    params.begin[i] = options.begin()->Get(i);
    params.end[i] = options.end()->Get(i);
  }
  return params;
}

using FillBytes = std::array<uint8_t, 8>;

template <typename T>
FillBytes BytesOf(T value) {
  FillBytes bytes = {};
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

// The value of padding as it lies in memory. Little-endian: the low bytes of an
// integer are those of a narrower one.
FillBytes FillOf(const PrepareContext& context, const Node& node,
                 const schema::Pad& options) {
  const Tensor& output = context.network.output(node);
  if (output.is(schema::DataType::INT8)) {
    return BytesOf(static_cast<uint8_t>(static_cast<uint8_t>(options.value()) ^
                                        FormMask(context.kernels.form)));
  }
  return output.is_float() ? BytesOf(options.float_value())
                           : BytesOf(options.integer_value());
}

// Works row by row of the output, a row being its last dimension.
class Pad : public Operator {
 public:
  Pad(const PrepareContext& context, const Node& node,
      const schema::Pad& options)
      : input_tensor_(node.inputs[0]),
        output_tensor_(node.output),
        input_(context.network.input(node, 0).shape),
        output_(context.network.output(node).shape),
        params_(ParamsOf(options)),
        element_(context.network.output(node).element_size()) {
    const FillBytes fill = FillOf(context, node, options);
    for (int64_t i = 0; i < kFillBlock; ++i) fill_[i] = fill[i % element_];
    FillDenseStrides(input_, input_strides_);
    const int64_t elements = output_.NumElements();
    rows_ = output_.rank == 0 ? 1 : elements / output_[output_.rank - 1];
    plan_.kernel = "copy";
    plan_.num_parts =
        NumParts(context, elements * element_ * kWorkPerByte, rows_);
  }

  void Run(const RunContext& context, int part) const override {
    const uint8_t* input = context.tensors[input_tensor_];
    uint8_t* output = context.tensors[output_tensor_];
    if (output_.rank == 0) {
      std::memcpy(output, input, static_cast<size_t>(element_));
      return;
    }
    const Range rows = PartOf(rows_, part, plan_.num_parts);
    const int last = output_.rank - 1;
    const int64_t size = output_[last] * element_;
    const int64_t begin = params_.begin[last] * element_;
    const int64_t copied = input_[last] * element_;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      uint8_t* to = output + row * size;
      const int64_t from = InputRow(row);
      if (from < 0) {
        Fill(to, size);
        continue;
      }
      Fill(to, begin);
      std::memcpy(to + begin, input + from * element_,
                  static_cast<size_t>(copied));
      Fill(to + begin + copied, size - begin - copied);
    }
  }

 private:
  static constexpr int64_t kFillBlock = 64;

  // `bytes` is a multiple of the element's.
  void Fill(uint8_t* to, int64_t bytes) const {
    for (; bytes > kFillBlock; bytes -= kFillBlock, to += kFillBlock) {
      std::memcpy(to, fill_, kFillBlock);
    }
    std::memcpy(to, fill_, static_cast<size_t>(bytes));
  }

  // Where the input of an output row begins, or -1 if it is all padding.
  int64_t InputRow(int64_t row) const {
    int64_t at = 0;
    for (int axis = output_.rank - 2; axis >= 0; --axis) {
      const int64_t position = row % output_[axis] - params_.begin[axis];
      row /= output_[axis];
      if (position < 0 || position >= input_[axis]) return -1;
      at += position * input_strides_[axis];
    }
    return at;
  }

  int input_tensor_, output_tensor_;
  Shape input_, output_;
  PadParams params_;
  int64_t element_;           // bytes of one
  uint8_t fill_[kFillBlock];  // as it lies in memory, many times
  int64_t input_strides_[kMaxRank] = {};
  int64_t rows_;
};

}  // namespace

Status VerifyPad(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Pad>();
  const Shape& input = network.input(node, 0).shape;
  const uint32_t rank = static_cast<uint32_t>(input.rank);
  if (options.begin() == nullptr || options.begin()->size() != rank ||
      options.end() == nullptr || options.end()->size() != rank) {
    return InvalidModel(
        "begin and end must have an entry for each dimension "
        "of " +
        input.ToString());
  }
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  if (network.output(node).is(schema::DataType::BOOL) &&
      (options.integer_value() & ~int64_t{1}) != 0) {
    return InvalidModel("the value of a BOOL must be 0 or 1");
  }
  return CheckOutputShape(network, node,
                          InferPadShape(ParamsOf(options), input));
}

OperatorPointer MakePad(const PrepareContext& context, const Node& node) {
  return std::make_unique<Pad>(context, node, node.options<schema::Pad>());
}

}  // namespace octet
