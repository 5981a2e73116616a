// Concat: joins activations along one dimension. Inputs that lie in their place
// already, because the plan let their operators write there, are not copied.

#include <string>
#include <vector>

#include "engine/operators/checks.h"
#include "engine/operators/copy_plane.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

class Concat : public FusibleOperator {
 public:
  Concat(const PrepareContext& context, const Node& node,
         const schema::Concat& options)
      : output_(node.output) {
    const Tensor& output = context.network.output(node);
    const Shape& shape = output.shape;
    for (int axis = 0; axis < options.axis(); ++axis) rows_ *= shape[axis];
    for (const int index : node.inputs) {
      const int64_t bytes = context.network.tensor(index).NumBytes() / rows_;
      pieces_.push_back({index, row_bytes_, bytes, bytes});
      row_bytes_ += bytes;
    }
    output_stride_ = row_bytes_;
    if (options.axis() + 1 == shape.rank && output.is(schema::DataType::INT8)) {
      for (const Piece& piece : pieces_) plan_.joined_at.push_back(piece.at);
      plan_.strides_output = true;
      plan_.strides_inputs = 0xFF;  // the first eight
    }
    plan_.kernel = "copy";
    plan_.num_parts =
        NumParts(context, rows_ * row_bytes_ * kWorkPerByte, rows_);
  }

  void SetOutputStride(int64_t stride) override { output_stride_ = stride; }

  void SetInputStride(size_t input, int64_t stride) override {
    pieces_[input].stride = stride;
  }

  void SkipInput(size_t input) override {
    pieces_[input].in_place = true;
    size_t copied = 0;
    for (const Piece& piece : pieces_) copied += !piece.in_place;
    plan_.kernel = copied == 0 ? "in place"
                               : "copy " + std::to_string(copied) + " of " +
                                     std::to_string(pieces_.size());
    if (copied == 0) plan_.num_parts = 0;
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(rows_, part, plan_.num_parts);
    for (const Piece& piece : pieces_) {
      if (piece.in_place) continue;
      const uint8_t* from =
          context.tensors[piece.tensor] + rows.begin * piece.stride;
      uint8_t* to =
          context.tensors[output_] + rows.begin * output_stride_ + piece.at;
      CopyRows({rows.size(), piece.bytes, piece.stride, output_stride_}, from,
               to);
    }
  }

 private:
  // An input's share of each row of the output.
  struct Piece {
    int tensor;
    int64_t at;
    int64_t bytes;
    int64_t stride;  // of the input, from row to row
    bool in_place = false;
  };

  int output_;
  int64_t rows_ = 1;  // the product of the dimensions in front of the axis
  int64_t row_bytes_ = 0;
  int64_t output_stride_;  // from row to row
  std::vector<Piece> pieces_;
};

}  // namespace

Status VerifyConcat(const Network& network, const Node& node) {
  std::vector<Shape> shapes;
  for (const int index : node.inputs) {
    shapes.push_back(network.tensor(index).shape);
  }
  const ConcatParams params = {node.options<schema::Concat>().axis()};
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return CheckOutputShape(
      network, node,
      InferConcatShape(params, shapes.data(), static_cast<int>(shapes.size())));
}

OperatorPointer MakeConcat(const PrepareContext& context, const Node& node) {
  return std::make_unique<Concat>(context, node,
                                  node.options<schema::Concat>());
}

}  // namespace octet
