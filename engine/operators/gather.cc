// Gather, GatherNd and GatherElements: blocks of the input, of any type, by
// their indices.

#include <algorithm>
#include <cstring>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// The indices of a node, each brought into its range.
struct Indices {
  const void* data;
  bool wide;  // INT64

  int64_t At(int64_t i, int64_t size) const {
    const int64_t index = wide ? static_cast<const int64_t*>(data)[i]
                               : static_cast<const int32_t*>(data)[i];
    return std::clamp<int64_t>(index < 0 ? index + size : index, 0, size - 1);
  }
};

// The output is a row of blocks; Source says where each comes from.
class GatherBlocks : public Operator {
 public:
  // `block`: the elements of one.
  GatherBlocks(const PrepareContext& context, const Node& node, int64_t block)
      : input_(node.inputs[0]),
        indices_(node.inputs[1]),
        output_(node.output),
        wide_(context.network.tensor(indices_).is(schema::DataType::INT64)) {
    const Tensor& output = context.network.output(node);
    element_ = output.element_size();
    block_bytes_ = block * element_;
    num_blocks_ = output.NumElements() / block;
    const int64_t work = output.NumBytes() + num_blocks_ * kBytesPerBlock;
    plan_.kernel = "copy";
    plan_.num_parts = NumParts(context, work * kWorkPerByte, num_blocks_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = PartOf(num_blocks_, part, plan_.num_parts);
    const Indices indices = {context.tensors[indices_], wide_};
    const uint8_t* input = context.tensors[input_];
    uint8_t* output = context.tensors[output_] + range.begin * block_bytes_;
    for (int64_t i = range.begin; i < range.end; ++i, output += block_bytes_) {
      std::memcpy(output, input + Source(indices, i) * element_,
                  static_cast<size_t>(block_bytes_));
    }
  }

 private:
  // Finding a block costs about as much as moving so many bytes.
  static constexpr int64_t kBytesPerBlock = 8;

  // The first element of output block i, in the input.
  virtual int64_t Source(const Indices& indices, int64_t i) const = 0;

  int input_, indices_, output_;
  bool wide_;
  int64_t element_;  // bytes of one
  int64_t block_bytes_, num_blocks_;
};

// The product of the dimensions first ... last - 1.
int64_t Product(const Shape& shape, int first, int last) {
  int64_t product = 1;
  for (int axis = first; axis < last; ++axis) product *= shape[axis];
  return product;
}

class Gather : public GatherBlocks {
 public:
  Gather(const PrepareContext& context, const Node& node, int axis)
      : GatherBlocks(context, node,
                     Product(context.network.input(node, 0).shape, axis + 1,
                             context.network.input(node, 0).shape.rank)),
        num_indices_(context.network.input(node, 1).NumElements()),
        size_(context.network.input(node, 0).shape[axis]),
        block_(Product(context.network.input(node, 0).shape, axis + 1,
                       context.network.input(node, 0).shape.rank)) {}

 private:
  int64_t Source(const Indices& indices, int64_t i) const override {
    const int64_t outer = i / num_indices_;
    return (outer * size_ + indices.At(i % num_indices_, size_)) * block_;
  }

  int64_t num_indices_, size_, block_;
};

class GatherNd : public GatherBlocks {
 public:
  GatherNd(const PrepareContext& context, const Node& node, int batch_dims)
      : GatherBlocks(context, node, BlockOf(context.network, node, batch_dims)),
        batch_dims_(batch_dims),
        shape_(context.network.input(node, 0).shape) {
    const Shape& indices = context.network.input(node, 1).shape;
    tuple_ = indices[indices.rank - 1];
    blocks_per_batch_ = Product(indices, batch_dims, indices.rank - 1);
    FillDenseStrides(shape_, strides_);
    batch_ = Product(shape_, batch_dims, shape_.rank);
  }

 private:
  static int64_t BlockOf(const Network& network, const Node& node,
                         int batch_dims) {
    const Shape& indices = network.input(node, 1).shape;
    const Shape& input = network.input(node, 0).shape;
    return Product(input, batch_dims + indices[indices.rank - 1], input.rank);
  }

  int64_t Source(const Indices& indices, int64_t i) const override {
    int64_t at = i / blocks_per_batch_ * batch_;
    for (int k = 0; k < tuple_; ++k) {
      const int axis = batch_dims_ + k;
      at += indices.At(i * tuple_ + k, shape_[axis]) * strides_[axis];
    }
    return at;
  }

  int batch_dims_;
  Shape shape_;  // of the input
  int tuple_;    // indices of a block
  int64_t blocks_per_batch_;
  int64_t batch_;  // elements of the input in one batch
  int64_t strides_[kMaxRank];
};

class GatherElements : public GatherBlocks {
 public:
  GatherElements(const PrepareContext& context, const Node& node, int axis)
      : GatherBlocks(context, node, 1),
        axis_(axis),
        size_(context.network.input(node, 0).shape[axis]),
        shape_(context.network.output(node).shape) {
    FillDenseStrides(context.network.input(node, 0).shape, strides_);
  }

 private:
  int64_t Source(const Indices& indices, int64_t i) const override {
    int64_t at = indices.At(i, size_) * strides_[axis_];
    for (int axis = shape_.rank - 1; axis >= 0; --axis) {
      if (axis != axis_) at += i % shape_[axis] * strides_[axis];
      i /= shape_[axis];
    }
    return at;
  }

  int axis_;
  int64_t size_;  // of the input along the axis
  Shape shape_;   // of the output
  int64_t strides_[kMaxRank];
};

Status CheckGather(const Network& network, const Node& node,
                   const Result<Shape>& inferred) {
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.inputs[1], kIntegerTypes));
  OCTET_RETURN_IF_ERROR(CheckSameValues(network, node, 0));
  return CheckOutputShape(network, node, inferred);
}

}  // namespace

Status VerifyGather(const Network& network, const Node& node) {
  return CheckGather(network, node,
                     InferGatherShape(node.options<schema::Gather>().axis(),
                                      network.input(node, 0).shape,
                                      network.input(node, 1).shape));
}

OperatorPointer MakeGather(const PrepareContext& context, const Node& node) {
  return std::make_unique<Gather>(context, node,
                                  node.options<schema::Gather>().axis());
}

Status VerifyGatherNd(const Network& network, const Node& node) {
  return CheckGather(
      network, node,
      InferGatherNdShape(node.options<schema::GatherNd>().batch_dims(),
                         network.input(node, 0).shape,
                         network.input(node, 1).shape));
}

OperatorPointer MakeGatherNd(const PrepareContext& context, const Node& node) {
  return std::make_unique<GatherNd>(
      context, node, node.options<schema::GatherNd>().batch_dims());
}

Status VerifyGatherElements(const Network& network, const Node& node) {
  return CheckGather(
      network, node,
      InferGatherElementsShape(node.options<schema::GatherElements>().axis(),
                               network.input(node, 0).shape,
                               network.input(node, 1).shape));
}

OperatorPointer MakeGatherElements(const PrepareContext& context,
                                   const Node& node) {
  return std::make_unique<GatherElements>(
      context, node, node.options<schema::GatherElements>().axis());
}

}  // namespace octet
