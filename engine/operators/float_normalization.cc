// Softmax of FLOAT32, LayerNormalization and Lrn: rows of a tensor, normalized.

#include <algorithm>
#include <cmath>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"
#include "kernels/float/normalization.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// Of a value, in multiply-accumulates of a dense layer: an exp or so.
constexpr int64_t kWorkPerValue = 200;

// Rows of `n` values, divided among threads.
class RowOperator : public Operator {
 public:
  RowOperator(const PrepareContext& context, const Node& node, int64_t n)
      : n_(n), input_(node.inputs[0]), output_(node.output) {
    const int64_t elements = context.network.output(node).NumElements();
    rows_ = elements / n;
    plan_.overwrites = 1;
    plan_.num_parts = NumParts(context, elements * kWorkPerValue, rows_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(rows_, part, plan_.num_parts);
    RunRows(
        static_cast<size_t>(rows.size()),
        reinterpret_cast<const float*>(context.tensors[input_]) +
            rows.begin * n_,
        reinterpret_cast<float*>(context.tensors[output_]) + rows.begin * n_);
  }

 protected:
  size_t n() const { return static_cast<size_t>(n_); }

 private:
  virtual void RunRows(size_t rows, const float* input,
                       float* output) const = 0;

  int64_t n_, rows_;
  int input_, output_;
};

int64_t LastDimension(const Network& network, const Node& node) {
  const Shape& shape = network.output(node).shape;
  return shape[shape.rank - 1];
}

class FloatSoftmaxOperator : public RowOperator {
 public:
  FloatSoftmaxOperator(const PrepareContext& context, const Node& node)
      : RowOperator(context, node, LastDimension(context.network, node)),
        logarithm_(node.options<schema::Softmax>().logarithm()) {
    plan_.kernel = "float softmax";
  }

 private:
  void RunRows(size_t rows, const float* input, float* output) const override {
    FloatSoftmax({rows, n(), input, output, logarithm_});
  }

  bool logarithm_;
};

class LrnOperator : public RowOperator {
 public:
  LrnOperator(const PrepareContext& context, const Node& node,
              const schema::Lrn& options)
      : RowOperator(context, node, LastDimension(context.network, node)),
        size_(static_cast<size_t>(options.size())),
        alpha_(options.alpha()),
        beta_(options.beta()),
        bias_(options.bias()) {
    plan_.kernel = "float lrn";
    plan_.overwrites = 0;  // neighbours are read
  }

 private:
  void RunRows(size_t rows, const float* input, float* output) const override {
    FloatLrn({rows, n(), input, output, size_, alpha_, beta_, bias_});
  }

  size_t size_;
  float alpha_, beta_, bias_;
};

// The values from `axis` on.
int64_t RowFrom(const Shape& shape, int axis) {
  int64_t n = 1;
  for (; axis < shape.rank; ++axis) n *= shape[axis];
  return n;
}

class LayerNormalization : public RowOperator {
 public:
  LayerNormalization(const PrepareContext& context, const Node& node,
                     const schema::LayerNormalization& options)
      : RowOperator(
            context, node,
            RowFrom(context.network.output(node).shape, options.axis())),
        epsilon_(options.epsilon()) {
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      in_file_[i - 1] =
          reinterpret_cast<const float*>(context.network.input(node, i).data);
      plan_.packed_bytes += n() * sizeof(float);
    }
    plan_.kernel = "float layer normalization";
  }

  void Pack(uint8_t* memory) override {
    float* packed = reinterpret_cast<float*>(memory);
    for (int i = 0; i < 2; ++i) {
      if (in_file_[i] == nullptr) continue;
      constants_[i] = packed;
      packed = std::copy_n(in_file_[i], n(), packed);
    }
  }

 private:
  void RunRows(size_t rows, const float* input, float* output) const override {
    FloatLayerNormalization(
        {rows, n(), input, output, constants_[0], constants_[1], epsilon_});
  }

  float epsilon_;
  // scale and bias, null where there is none
  const float* in_file_[2] = {};
  const float* constants_[2] = {};
};

}  // namespace

Status VerifyFloatSoftmax(const Network& network, const Node& node) {
  const Shape& shape = network.input(node, 0).shape;
  if (shape.rank == 0) {
    return InvalidModel("a scalar has no dimension to sum over");
  }
  return CheckOutputShape(network, node, shape);
}

OperatorPointer MakeFloatSoftmax(const PrepareContext& context,
                                 const Node& node) {
  return std::make_unique<FloatSoftmaxOperator>(context, node);
}

Status VerifyLayerNormalization(const Network& network, const Node& node) {
  const auto& options = node.options<schema::LayerNormalization>();
  const Shape& shape = network.input(node, 0).shape;
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node, InferAlongAxisShape(options.axis(), shape)));
  Shape row;
  for (int axis = options.axis(); axis < shape.rank; ++axis) {
    row.dims[row.rank++] = shape[axis];
  }
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[i],
                                          TypeBit(schema::DataType::FLOAT32)));
    if (network.input(node, i).shape != row) {
      return InvalidModel(TensorTitle(network, node.inputs[i]) +
                          " must have shape " + row.ToString());
    }
  }
  if (options.epsilon() >= 0.0f && std::isfinite(options.epsilon())) {
    return OkStatus();
  }
  return InvalidModel("epsilon must be finite and not negative");
}

OperatorPointer MakeLayerNormalization(const PrepareContext& context,
                                       const Node& node) {
  return std::make_unique<LayerNormalization>(
      context, node, node.options<schema::LayerNormalization>());
}

Status VerifyLrn(const Network& network, const Node& node) {
  const Shape& shape = network.input(node, 0).shape;
  if (shape.rank == 0) return InvalidModel("a scalar has no neighbours");
  if (node.options<schema::Lrn>().size() < 1) {
    return InvalidModel("the size must be 1 or more");
  }
  return CheckOutputShape(network, node, shape);
}

OperatorPointer MakeLrn(const PrepareContext& context, const Node& node) {
  return std::make_unique<LrnOperator>(context, node,
                                       node.options<schema::Lrn>());
}

}  // namespace octet
