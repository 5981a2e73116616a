// Every rule that a file must fulfil, broken one at a time: refused, with a
// message that names the object and the rule.

#include "engine/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "octet/model.h"
#include "tests/engine/small_network.h"

namespace octet {
namespace {

using Change = std::function<void(ModelBuilder&)>;

Status LoadChanged(const Change& change) {
  ModelBuilder builder = SmallNetwork();
  change(builder);
  const std::vector<uint8_t> bytes = builder.Finish();
  return Model::FromMemory(bytes.data(), bytes.size()).status();
}

// The error's message contains each of `parts`.
void ExpectRefused(const Change& change, const std::vector<std::string>& parts,
                   StatusCode code = StatusCode::kInvalidModel) {
  const Status status = LoadChanged(change);
  EXPECT_EQ(status.code(), code) << status.message();
  for (const std::string& part : parts) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << "'" << part << "' is not in: " << status.message();
  }
}

schema::TensorT& TensorOf(ModelBuilder& builder, size_t op, size_t input) {
  schema::ModelT& model = builder.model();
  return *model.tensors[model.operators[op]->inputs[input]];
}

schema::TensorT& OutputOf(ModelBuilder& builder, size_t op) {
  schema::ModelT& model = builder.model();
  return *model.tensors[model.operators[op]->outputs[0]];
}

template <typename Options>
Options& OptionsOf(ModelBuilder& builder, size_t op) {
  return *static_cast<Options*>(builder.model().operators[op]->options.value);
}

// Bytes of the values of a constant.
std::vector<uint8_t>& BytesOf(ModelBuilder& builder, size_t op, size_t input) {
  return builder.model().buffers[TensorOf(builder, op, input).buffer]->data;
}

TEST(VerifyTest, SmallNetworkIsValid) {
  const Status status = LoadChanged([](ModelBuilder&) {});
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(VerifyTest, Version) {
  ExpectRefused([](ModelBuilder& b) { b.model().version = 2; },
                {"version 2", "reads version 1"}, StatusCode::kUnsupported);
  ExpectRefused([](ModelBuilder& b) { b.model().version = 0; }, {"version 0"},
                StatusCode::kUnsupported);
}

TEST(VerifyTest, NotAModel) {
  const std::vector<uint8_t> bytes(100, 7);
  for (const size_t size : {size_t{1}, size_t{15}, size_t{100}}) {
    const Status status = Model::FromMemory(bytes.data(), size).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidModel);
    EXPECT_NE(status.message().find("not an .octet file"), std::string::npos);
  }
  EXPECT_EQ(Model::FromMemory(nullptr, 5).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(VerifyTest, Shapes) {
  const auto with_shape = [](std::vector<int32_t> shape) {
    return [shape](ModelBuilder& b) { TensorOf(b, 0, 0).shape = shape; };
  };
  ExpectRefused(with_shape({1, 0, 8, 3}), {"tensor 't0' (#0)", "below 1"});
  ExpectRefused(with_shape({1, -8, 8, 3}), {"tensor 't0'", "below 1"});
  ExpectRefused(with_shape({1, 65536, 65536, 3}), {"more than 2^30"});
  ExpectRefused(with_shape({1, 1, 1, 1, 8, 8, 3}), {"7 dimensions"});
  ExpectRefused(with_shape({1, 8, 9, 3}), {"'op0' (Conv2d)", "tensor 't3'"});
  ExpectRefused(with_shape({8, 8, 3}), {"'op0' (Conv2d)", "4 dimensions"});
  ExpectRefused([](ModelBuilder& b) { OutputOf(b, kPadAt).shape[1] = 5; },
                {"'op6' (Pad)", "the operator gives [1, 4, 4, 8]"});
}

TEST(VerifyTest, Types) {
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, 0, 1).type = schema::DataType::INT16; },
      {"tensor 't1'", "data type"}, StatusCode::kUnsupported);
  ExpectRefused(
      [](ModelBuilder& b) {
        TensorOf(b, 0, 1).type = schema::DataType::FLOAT32;
      },
      {"tensor 't1'", "FLOAT32 values have no quantization"});
  ExpectRefused(
      [](ModelBuilder& b) {
        TensorOf(b, 0, 0).type = schema::DataType::INT64;
        TensorOf(b, 0, 0).shape = {1, 1 << 14, 1 << 14};
        TensorOf(b, 0, 0).quantization.reset();
      },
      {"tensor 't0'", "more than 2^30 bytes"});
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, 0, 0).type = schema::DataType::INT32; },
      {"tensor 't0'"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[kConvAt]->inputs[0] =
            b.model().operators[kConvAt]->inputs[2];
      },
      {"'op0' (Conv2d)", "must be INT8"});
}

TEST(VerifyTest, Quantization) {
  const auto with_scale = [](std::vector<float> scale) {
    return [scale](ModelBuilder& b) {
      TensorOf(b, 0, 0).quantization->scale = scale;
    };
  };
  ExpectRefused(with_scale({0.0f}), {"tensor 't0'", "finite and above 0"});
  ExpectRefused(with_scale({-1.0f}), {"finite and above 0"});
  ExpectRefused(with_scale({std::numeric_limits<float>::infinity()}),
                {"finite and above 0"});
  ExpectRefused(with_scale({std::numeric_limits<float>::quiet_NaN()}),
                {"finite and above 0"});
  ExpectRefused(with_scale({}), {"1 scales, not 0"});
  ExpectRefused(with_scale({1, 1}), {"1 scales, not 2"});
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, 0, 0).quantization->zero_point = 128; },
      {"zero point 128"});
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, 0, 1).quantization->zero_point = 1; },
      {"tensor 't1'", "zero point 1"});
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, 0, 1).quantization->axis = 4; },
      {"axis 4"});
  ExpectRefused(
      [](ModelBuilder& b) {
        schema::QuantizationT& quantization = *TensorOf(b, 0, 1).quantization;
        quantization.axis = 3;
        quantization.scale = {1, 1, 1};
      },
      {"'op0' (Conv2d)", "tensor 't1'", "axis 0"});
  ExpectRefused([](ModelBuilder& b) { TensorOf(b, 0, 0).quantization.reset(); },
                {"tensor 't0'", "quantization is missing"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OutputOf(b, kLookupAt).quantization->axis = 3;
        OutputOf(b, kLookupAt).quantization->scale.assign(8, 1.0f);
        OutputOf(b, kLookupAt).quantization->zero_point = 0;
      },
      {"'op4' (Lookup)", "needs one scale"});
}

TEST(VerifyTest, Buffers) {
  ExpectRefused([](ModelBuilder& b) { BytesOf(b, kConvAt, 1).pop_back(); },
                {"tensor 't1'", "holds 215 bytes", "needs 216"});
  ExpectRefused([](ModelBuilder& b) { TensorOf(b, 0, 1).buffer = 99; },
                {"tensor 't1'", "buffer 99 does not exist"});
  ExpectRefused([](ModelBuilder& b) { TensorOf(b, 0, 1).buffer = 0; },
                {"'op0' (Conv2d)", "tensor 't1'", "is read before"});
}

TEST(VerifyTest, OrderOfExecution) {
  ExpectRefused(
      [](ModelBuilder& b) {
        std::swap(b.model().operators[kAddAt], b.model().operators[0]);
      },
      {"'op2' (Add)", "is read before"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[kDepthwiseAt]->outputs =
            b.model().operators[kConvAt]->outputs;
      },
      {"'op1' (Conv2d)", "written more than once"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[kConvAt]->outputs = b.model().inputs;
      },
      {"'op0' (Conv2d)", "tensor 't0'", "written more than once"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[kConvAt]->outputs[0] =
            b.model().operators[kConvAt]->inputs[1];
      },
      {"'op0' (Conv2d)", "tensor 't1'", "cannot be written"});
  ExpectRefused(
      [](ModelBuilder& b) { b.model().operators[0]->inputs[0] = 1000; },
      {"'op0' (Conv2d)", "tensor 1000 does not exist"});
  ExpectRefused(
      [](ModelBuilder& b) { b.model().operators[0]->inputs.pop_back(); },
      {"'op0' (Conv2d)", "2 inputs, not 3"});
  ExpectRefused(
      [](ModelBuilder& b) { b.model().operators[0]->outputs.clear(); },
      {"'op0' (Conv2d)", "one output"});
}

TEST(VerifyTest, InputsAndOutputs) {
  ExpectRefused([](ModelBuilder& b) { b.model().inputs.clear(); },
                {"'op0' (Conv2d)", "is read before"});
  ExpectRefused([](ModelBuilder& b) { b.model().outputs.clear(); },
                {"at least one input and one output"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().inputs = {0, 0};
      },
      {"inputs", "tensor 't0'", "more than once"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().inputs = {0, 1};
      },
      {"inputs", "tensor 't1'", "constant"});
  ExpectRefused([](ModelBuilder& b) { b.model().outputs = {5000}; },
                {"outputs", "tensor 5000"});
  ExpectRefused([](ModelBuilder& b) { b.model().outputs = {1}; },
                {"output", "tensor 't1'", "constant"});
}

TEST(VerifyTest, OperatorTypes) {
  ExpectRefused(
      [](ModelBuilder& b) { b.model().operators[kReshapeAt]->options.Reset(); },
      {"'op11' (unknown)", "newer version"}, StatusCode::kUnsupported);
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::Conv2dT>(b, 0).rounding =
            static_cast<schema::Rounding>(2);
      },
      {"'op0' (Conv2d)", "only Q15 and TFLITE"}, StatusCode::kUnsupported);
}

TEST(VerifyTest, Requantization) {
  const auto conv = [](std::function<void(schema::RequantizationT&)> change) {
    return [change](ModelBuilder& b) {
      change(*OptionsOf<schema::Conv2dT>(b, 0).requantization);
    };
  };
  ExpectRefused(conv([](auto& r) { r.multiplier[1] = 16383; }),
                {"'op0' (Conv2d)", "multiplier 16383"});
  ExpectRefused(conv([](auto& r) { r.multiplier[1] = -20000; }),
                {"multiplier -20000"});
  ExpectRefused(conv([](auto& r) { r.shift[7] = 32; }), {"shift 32"});
  ExpectRefused(conv([](auto& r) { r.shift[7] = -16; }), {"shift -16"});
  ExpectRefused(conv([](auto& r) { r.shift.pop_back(); }), {"7 shifts"});
  ExpectRefused(conv([](auto& r) {
                  r.shift.pop_back();
                  r.multiplier.pop_back();
                }),
                {"7 multipliers", "8 channels"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::Conv2dT>(b, 0).requantization.reset();
      },
      {"missing"});
  const Status status = LoadChanged(conv([](auto& r) { r.multiplier[1] = 0; }));
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(VerifyTest, Residuals) {
  using Fully = schema::FullyConnectedT;
  const auto with = [](int16_t multiplier, int32_t fraction_bits) {
    return [=](ModelBuilder& b) {
      schema::ResidualAddT& residual =
          *OptionsOf<Fully>(b, kFullyConnectedAt).residual;
      residual.multiplier = multiplier;
      residual.fraction_bits = fraction_bits;
    };
  };
  for (const int bits : {0, 6}) {
    EXPECT_TRUE(LoadChanged(with(0, bits)).ok());
    EXPECT_TRUE(LoadChanged(with(32767, bits)).ok());
  }
  ExpectRefused(with(-1, 6), {"(FullyConnected)", "residual's multiplier"});
  ExpectRefused(with(1, 7), {"(FullyConnected)", "fraction_bits 7"});
  ExpectRefused(with(1, -1), {"(FullyConnected)", "fraction_bits -1"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<Fully>(b, kFullyConnectedAt).residual.reset();
      },
      {"(FullyConnected)", "fourth input"});
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[kFullyConnectedAt]->inputs.pop_back();
      },
      {"(FullyConnected)", "the fourth, is missing"});
  ExpectRefused(
      [](ModelBuilder& b) { TensorOf(b, kFullyConnectedAt, 3).shape = {5}; },
      {"(FullyConnected)", "the residual tensor", "shape [5]"});
  // It is an activation, though constants stand between.
  ExpectRefused(
      [](ModelBuilder& b) {
        auto& inputs = b.model().operators[kFullyConnectedAt]->inputs;
        inputs[3] = inputs[2];
      },
      {"(FullyConnected)", "must be INT8"});
}

TEST(VerifyTest, DepthwiseTakesNoResidual) {
  ExpectRefused(
      [](ModelBuilder& b) {
        schema::OperatorT& op = *b.model().operators[kDepthwiseAt];
        op.inputs.push_back(op.inputs[0]);
        OptionsOf<schema::Conv2dT>(b, kDepthwiseAt).residual =
            std::make_unique<schema::ResidualAddT>();
      },
      {"'op1' (Conv2d)", "depthwise", "no residual"});
}

TEST(VerifyTest, Clamp) {
  ExpectRefused(
      [](ModelBuilder& b) {
        *OptionsOf<schema::Conv2dT>(b, 0).clamp = schema::Clamp(5, 4);
      },
      {"'op0' (Conv2d)", "clamp [5, 4]"});
  ExpectRefused(
      [](ModelBuilder& b) { OptionsOf<schema::AddT>(b, kAddAt).clamp.reset(); },
      {"'op2' (Add)", "clamp is missing"});
}

TEST(VerifyTest, Weights) {
  ExpectRefused([](ModelBuilder& b) { BytesOf(b, kConvAt, 1)[30] = 0x80; },
                {"'op0' (Conv2d)", "channel 1", "-128"});
  ExpectRefused(
      [](ModelBuilder& b) {
        TensorOf(b, kConvAt, 2).shape = {4, 2};
      },
      {"'op0' (Conv2d)", "bias"});
}

// Sets bias `channel` of the first convolution.
Change WithBias(size_t channel, int32_t value) {
  return [=](ModelBuilder& b) {
    std::memcpy(&BytesOf(b, kConvAt, 2)[4 * channel], &value, 4);
  };
}

TEST(VerifyTest, Accumulators) {
  // The largest bias with which channel 2 cannot overflow, and the next one.
  ModelBuilder builder = SmallNetwork();
  const int zero_point = TensorOf(builder, kConvAt, 0).quantization->zero_point;
  int64_t sum = 0;
  for (size_t i = 0; i < 27; ++i) {
    sum += std::abs(static_cast<int8_t>(BytesOf(builder, kConvAt, 1)[54 + i]));
  }
  const int64_t room =
      INT32_MAX - std::max(zero_point + 128, 127 - zero_point) * sum;
  EXPECT_TRUE(LoadChanged(WithBias(2, static_cast<int32_t>(room))).ok());
  EXPECT_TRUE(LoadChanged(WithBias(2, static_cast<int32_t>(-room))).ok());
  ExpectRefused(WithBias(2, static_cast<int32_t>(room + 1)),
                {"'op0' (Conv2d)", "channel 2", "overflow"});
  ExpectRefused(WithBias(2, static_cast<int32_t>(-room - 1)), {"overflow"});
  ExpectRefused(WithBias(2, INT32_MIN), {"overflow"});
}

TEST(VerifyTest, Windows) {
  const auto conv = [](const Window2dParams& window) {
    return [window](ModelBuilder& b) {
      *OptionsOf<schema::Conv2dT>(b, 0).window = ToSchema(window);
    };
  };
  ExpectRefused(conv({3, 3, 0, 1, 1, 1, 1, 1, 1, 1}), {"'op0' (Conv2d)"});
  ExpectRefused(conv({3, 3, 1, 1, 1, 1, -1, 1, 3, 1}), {"'op0' (Conv2d)"});
  ExpectRefused(conv({2, 3, 1, 1, 1, 1, 0, 1, 1, 1}),
                {"'op0' (Conv2d)", "weights"});
  ExpectRefused(
      [](ModelBuilder& b) { OptionsOf<schema::Conv2dT>(b, 0).groups = 2; },
      {"'op0' (Conv2d)", "groups"});
  ExpectRefused(
      [](ModelBuilder& b) { OptionsOf<schema::Conv2dT>(b, 0).groups = 0; },
      {"'op0' (Conv2d)", "groups"});
  ExpectRefused(
      [](ModelBuilder& b) { OptionsOf<schema::Conv2dT>(b, 0).window.reset(); },
      {"'op0' (Conv2d)", "window is missing"});
  ExpectRefused(
      [](ModelBuilder& b) {
        *OptionsOf<schema::MaxPool2dT>(b, kMaxPoolAt).window =
            ToSchema(Window2dParams{2, 2, 3, 3, 1, 1, 2, 2, 2, 2});
      },
      {"'op3' (MaxPool2d)", "padding"});
}

TEST(VerifyTest, AverageCounts) {
  const auto pool = [](std::function<void(schema::AveragePool2dT&)> change) {
    return [change](ModelBuilder& b) {
      change(OptionsOf<schema::AveragePool2dT>(b, kAveragePoolAt));
    };
  };
  ExpectRefused(pool([](auto& p) { p.counts = {15}; }),
                {"'op10' (AveragePool2d)", "counts differ"});
  ExpectRefused(pool([](auto& p) { p.counts = {}; }), {"counts"});
  ExpectRefused(pool([](auto& p) {
                  p.counts = {16, 16};
                  p.requantization = ToSchema(
                      reference::Requantization{{20000, 20000}, {0, 0}});
                }),
                {"counts differ"});
  ExpectRefused(pool([](auto& p) {
                  p.counts = {16, 12};
                }),
                {"its own multiplier"});
}

TEST(VerifyTest, Elementwise) {
  const auto add = [](std::function<void(schema::AddT&)> change) {
    return [change](ModelBuilder& b) {
      change(OptionsOf<schema::AddT>(b, kAddAt));
    };
  };
  ExpectRefused(add([](auto& a) { a.multiplier_1 = -1; }),
                {"'op2' (Add)", "negative"});
  ExpectRefused(add([](auto& a) { a.multiplier_2 = -9; }), {"negative"});
  ExpectRefused(add([](auto& a) { a.fraction_bits = 7; }), {"fraction_bits 7"});
  ExpectRefused(add([](auto& a) { a.fraction_bits = -1; }),
                {"fraction_bits -1"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::LookupT>(b, kLookupAt).values.pop_back();
      },
      {"'op4' (Lookup)", "256"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::SoftmaxT>(b, kSoftmaxAt).table[0] = 0;
      },
      {"'op13' (Softmax)", "above 0"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::SoftmaxT>(b, kSoftmaxAt).table.push_back(1);
      },
      {"'op13' (Softmax)", "256"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OutputOf(b, kSoftmaxAt).quantization->zero_point = 0;
      },
      {"'op13' (Softmax)", "1/256"});
}

TEST(VerifyTest, EqualQuantization) {
  for (const size_t op :
       {kMaxPoolAt, kSliceAt, kPadAt, kConcatAt, kTransposeAt, kReshapeAt}) {
    ExpectRefused(
        [&](ModelBuilder& b) { OutputOf(b, op).quantization->zero_point += 1; },
        {"'op" + std::to_string(op) + "'", "same scale and zero point"});
    ExpectRefused(
        [&](ModelBuilder& b) { OutputOf(b, op).quantization->scale[0] *= 2; },
        {"'op" + std::to_string(op) + "'", "same scale and zero point"});
  }
}

TEST(VerifyTest, DataMovement) {
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::TransposeT>(b, kTransposeAt).permutation = {0, 1, 1,
                                                                      3};
      },
      {"'op8' (Transpose)", "every dimension once"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::TransposeT>(b, kTransposeAt).permutation = {0, 1};
      },
      {"'op8' (Transpose)", "each dimension"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::SliceT>(b, kSliceAt).begin[1] = 4;
      },
      {"'op5' (Slice)", "leaves dimension 1"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::SliceT>(b, kSliceAt).step[3] = 0;
      },
      {"'op5' (Slice)"});
  ExpectRefused(
      [](ModelBuilder& b) { OptionsOf<schema::PadT>(b, kPadAt).end = {0}; },
      {"'op6' (Pad)", "each dimension"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::PadT>(b, kPadAt).begin[1] = -2;
        OptionsOf<schema::PadT>(b, kPadAt).end[1] = 4;
      },
      {"'op6' (Pad)"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::ConcatT>(b, kConcatAt).axis = 4;
      },
      {"'op7' (Concat)", "axis 4"});
}

TEST(VerifyTest, Metadata) {
  const auto preprocessing =
      [](std::function<void(schema::PreprocessingT&)> change) {
        return
            [change](ModelBuilder& b) { change(*b.model().preprocessing[0]); };
      };
  ExpectRefused(preprocessing([](auto& p) { p.input = 1; }),
                {"preprocessing", "input 1"});
  ExpectRefused(preprocessing([](auto& p) { p.height = 9; }),
                {"preprocessing", "9x8"});
  ExpectRefused(preprocessing([](auto& p) { p.resize_shorter = 7; }),
                {"preprocessing", "crop"});
  ExpectRefused(preprocessing([](auto& p) {
                  p.mean = {1, 2};
                }),
                {"preprocessing", "mean", "2 values"});
  ExpectRefused(preprocessing([](auto& p) { p.mean = {}; }), {"mean"});
  ExpectRefused(preprocessing([](auto& p) { p.std = {0}; }), {"std"});
  ExpectRefused(preprocessing([](auto& p) {
                  p.std = {std::numeric_limits<float>::infinity()};
                }),
                {"std"});
  ExpectRefused(
      preprocessing([](auto& p) { p.color_order = schema::ColorOrder::GRAY; }),
      {"preprocessing", "1 channels"});
  ExpectRefused(preprocessing([](auto& p) {
                  p.resize = static_cast<schema::PictureResize>(4);
                }),
                {"preprocessing", "resize mode"}, StatusCode::kUnsupported);
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().preprocessing.push_back(
            std::make_unique<schema::PreprocessingT>(
                *b.model().preprocessing[0]));
      },
      {"preprocessing", "more than one entry"});
  ExpectRefused([](ModelBuilder& b) { b.model().labels.push_back("fox"); },
                {"6 labels"});
}

TEST(VerifyTest, Heads) {
  const auto head = [](std::function<void(schema::HeadT&)> change) {
    return [change](ModelBuilder& b) { change(*b.model().heads[0]); };
  };
  const auto boxes = [](std::function<void(schema::BoxesT&)> change) {
    return [change](ModelBuilder& b) { change(*b.model().heads[0]->boxes); };
  };
  ExpectRefused(head([](auto& h) { h.output = 1; }), {"head 0", "output 1"});
  ExpectRefused(head([](auto& h) { h.axis = 2; }), {"head 0", "dimension 2"});
  ExpectRefused(head([](auto& h) { h.axis = -1; }), {"dimension -1"});
  ExpectRefused(
      head([](auto& h) { h.kind = static_cast<schema::HeadKind>(9); }),
      {"head 0", "unknown"}, StatusCode::kUnsupported);
  ExpectRefused(head([](auto& h) {
                  h.threshold = std::numeric_limits<float>::quiet_NaN();
                }),
                {"threshold"});
  ExpectRefused(head([](auto& h) { h.boxes = nullptr; }), {"no boxes"});
  ExpectRefused(boxes([](auto& b) { b.output = 7; }), {"output 7"});
  ExpectRefused(boxes([](auto& b) { b.axis = 5; }), {"dimension 5"});
  ExpectRefused(boxes([](auto& b) { b.first = 2; }), {"4 fields from field 2"});
  ExpectRefused(boxes([](auto& b) { b.first = -1; }), {"field -1"});
  ExpectRefused(boxes([](auto& b) { b.num_classes = 2; }), {"2 fields"});
  ExpectRefused(boxes([](auto& b) { b.num_classes = 0; }), {"0 fields"});
  ExpectRefused(boxes([](auto& b) {
                  b.first_class = b.num_classes =
                      std::numeric_limits<int32_t>::max();
                }),
                {"fields"});
  ExpectRefused(boxes([](auto& b) { b.objectness = 5; }), {"field 5"});
  ExpectRefused(boxes([](auto& b) { b.objectness = -2; }), {"field -2"});
  ExpectRefused(boxes([](auto& b) { b.max_overlap = 1.5f; }), {"out of range"});
  ExpectRefused(boxes([](auto& b) { b.size_variance = 0; }), {"out of range"});
  ExpectRefused(
      boxes([](auto& b) { b.coding = static_cast<schema::BoxCoding>(6); }),
      {"unknown"}, StatusCode::kUnsupported);
  ExpectRefused(boxes([](auto& b) { b.coding = schema::BoxCoding::GRID_EXP; }),
                {"2 sizes"});
  ExpectRefused(boxes([](auto& b) { b.coding = schema::BoxCoding::CORNERS; }),
                {"2 sizes"});
  ExpectRefused(boxes([](auto& b) { b.grids.clear(); }), {"0 grids"});
  ExpectRefused(boxes([](auto& b) { b.grids[0]->stride = 0; }),
                {"stride of 0"});
  ExpectRefused(boxes([](auto& b) {
                  b.grids[0]->sizes = {1, 2, 3};
                }),
                {"3 sizes"});
  ExpectRefused(boxes([](auto& b) {
                  b.grids[0]->sizes = {0, 1};
                }),
                {"no size"});
}

TEST(VerifyTest, ControlCharactersAreNotShown) {
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[0]->name = "\x1b[2Jevil\n";
        OptionsOf<schema::Conv2dT>(b, 0).groups = 0;
      },
      {"'?[2Jevil?'"});
}

}  // namespace
}  // namespace octet
