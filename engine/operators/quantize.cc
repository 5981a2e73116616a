// Quantize, Dequantize and Cast: the same values in another type.

#include "engine/element_type.h"
#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"
#include "kernels/float/cast.h"

namespace octet {
namespace {

// Float conversions cost about as much as moving so many bytes.
constexpr int64_t kBytesPerConversion = 4;

// Divided in ranges of elements; Convert gets one.
class Conversion : public Operator {
 public:
  Conversion(const PrepareContext& context, const Node& node)
      : input_(node.inputs[0]),
        output_(node.output),
        n_(context.network.output(node).NumElements()) {
    const int64_t work = n_ * kBytesPerConversion * kWorkPerByte;
    plan_.num_parts = NumParts(context, work, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    Convert(context.tensors[input_], context.tensors[output_],
            ElementsOf(n_, part, plan_.num_parts));
  }

 private:
  virtual void Convert(const uint8_t* input, uint8_t* output,
                       Range range) const = 0;

  int input_, output_;
  int64_t n_;
};

class Quantize : public Conversion {
 public:
  Quantize(const PrepareContext& context, const Node& node)
      : Conversion(context, node), run_(context.kernels.quantize) {
    const Tensor& output = context.network.output(node);
    args_.scale = output.scale;
    args_.zero_point = static_cast<int8_t>(output.zero_point);
    args_.form = context.kernels.form;
    plan_.kernel =
        KernelName(context.kernels, &KernelTable::quantize, run_, "quantize");
  }

 private:
  void Convert(const uint8_t* input, uint8_t* output,
               Range range) const override {
    QuantizeArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.input = reinterpret_cast<const float*>(input) + range.begin;
    args.output = output + range.begin;
    run_(args);
  }

  QuantizeFunction run_;
  QuantizeArgs args_ = {};
};

class Dequantize : public Conversion {
 public:
  Dequantize(const PrepareContext& context, const Node& node)
      : Conversion(context, node), run_(context.kernels.dequantize) {
    const Tensor& input = context.network.input(node, 0);
    args_.scale = input.scale;
    args_.zero_point = static_cast<int8_t>(input.zero_point);
    args_.form = context.kernels.form;
    plan_.kernel = KernelName(context.kernels, &KernelTable::dequantize, run_,
                              "dequantize");
  }

 private:
  void Convert(const uint8_t* input, uint8_t* output,
               Range range) const override {
    DequantizeArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.input = input + range.begin;
    args.output = reinterpret_cast<float*>(output) + range.begin;
    run_(args);
  }

  DequantizeFunction run_;
  DequantizeArgs args_ = {};
};

class CastOperator : public Conversion {
 public:
  CastOperator(const PrepareContext& context, const Node& node)
      : Conversion(context, node),
        input_size_(context.network.input(node, 0).element_size()),
        output_size_(context.network.output(node).element_size()),
        input_type_(ElementTypeOf(context.network.input(node, 0))),
        output_type_(ElementTypeOf(context.network.output(node))) {
    plan_.kernel = "cast";
  }

 private:
  void Convert(const uint8_t* input, uint8_t* output,
               Range range) const override {
    Cast({static_cast<size_t>(range.size()), input + range.begin * input_size_,
          input_type_, output + range.begin * output_size_, output_type_});
  }

  int64_t input_size_, output_size_;
  ElementType input_type_, output_type_;
};

Status CheckConversion(const Network& network, const Node& node,
                       unsigned output_types) {
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.output, output_types));
  return CheckOutputShape(network, node, network.input(node, 0).shape);
}

}  // namespace

Status VerifyQuantize(const Network& network, const Node& node) {
  return CheckConversion(network, node, TypeBit(schema::DataType::INT8));
}

OperatorPointer MakeQuantize(const PrepareContext& context, const Node& node) {
  return std::make_unique<Quantize>(context, node);
}

Status VerifyDequantize(const Network& network, const Node& node) {
  return CheckConversion(network, node, TypeBit(schema::DataType::FLOAT32));
}

OperatorPointer MakeDequantize(const PrepareContext& context,
                               const Node& node) {
  return std::make_unique<Dequantize>(context, node);
}

Status VerifyCast(const Network& network, const Node& node) {
  return CheckConversion(network, node, kPlainTypes);
}

OperatorPointer MakeCast(const PrepareContext& context, const Node& node) {
  return std::make_unique<CastOperator>(context, node);
}

}  // namespace octet
