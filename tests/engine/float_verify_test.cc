// Files whose FLOAT32 and integer operators break a rule are refused, with a
// sentence that says which.

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "octet/model.h"
#include "tests/engine/model_builder.h"

namespace octet {
namespace {

using Type = schema::DataType;

constexpr TestQuantization kQuantization = {0.5f, 3};

struct Operand {
  Shape shape;
  Type type;
};

// Loads one operator and expects an error that says `part`.
template <typename Options>
void ExpectRefused(Options options, const std::vector<Operand>& inputs,
                   const Operand& output, const std::string& part,
                   size_t num_constants = 0) {
  ModelBuilder builder;
  std::vector<int> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Operand& input = inputs[i];
    if (i > 0 && i <= num_constants) {
      tensors.push_back(builder.Constant(
          input.shape,
          std::vector<float>(static_cast<size_t>(input.shape.NumElements())),
          input.type));
    } else if (input.type == Type::INT8) {
      tensors.push_back(builder.Input(input.shape, kQuantization));
    } else {
      tensors.push_back(builder.Input(input.shape, input.type));
    }
  }
  builder.Output(output.type == Type::INT8
                     ? builder.Operator(std::move(options), tensors,
                                        output.shape, kQuantization)
                     : builder.Operator(std::move(options), tensors,
                                        output.shape, output.type));
  const std::vector<uint8_t> file = builder.Finish();
  const auto model = Model::FromMemory(file.data(), file.size());
  ASSERT_FALSE(model.ok()) << "accepted; expected: " << part;
  EXPECT_NE(model.status().message().find(part), std::string::npos)
      << model.status().message();
}

TEST(FloatVerify, TypesOfInputs) {
  const Operand f = {{4}, Type::FLOAT32}, q = {{4}, Type::INT8},
                i = {{4}, Type::INT32}, b = {{4}, Type::BOOL};
  ExpectRefused(schema::LookupT(), {f}, f, "must be INT8, not FLOAT32");
  ExpectRefused(schema::QuantizeT(), {q}, q, "must be FLOAT32");
  ExpectRefused(schema::QuantizeT(), {f}, f, "must be INT8");
  ExpectRefused(schema::DequantizeT(), {f}, f, "must be INT8");
  ExpectRefused(schema::CastT(), {q}, f, "not INT8");
  ExpectRefused(schema::CastT(), {f}, q, "not INT8");
  ExpectRefused(schema::ReshapeT(), {f}, i, "must be FLOAT32, not INT32");
  ExpectRefused(schema::WhereT(), {f, f, f}, f, "must be BOOL");
  ExpectRefused(schema::WhereT(), {b, f, i}, f, "the same type");
  ExpectRefused(schema::GatherT(), {f, f}, f, "must be INT32 or INT64");
  ExpectRefused(schema::BinaryT(), {f, i}, f, "must be FLOAT32");
  ExpectRefused(schema::BinaryT(), {b, b}, b, "no function ADD");
  ExpectRefused(schema::UnaryT(), {b}, b, "no function ABS");
  ExpectRefused(schema::MulT(), {f, f}, f, "must be INT8");
  schema::UnaryT nan;
  nan.function = schema::UnaryFunction::IS_NAN;
  ExpectRefused(nan, {f}, f, "must be BOOL");
  schema::ReduceT l2;
  l2.function = schema::ReduceFunction::L2;
  ExpectRefused(l2, {i}, i, "no reduction L2");
}

TEST(FloatVerify, UnknownFunctions) {
  const Operand f = {{4}, Type::FLOAT32};
  schema::UnaryT unary;
  unary.function = static_cast<schema::UnaryFunction>(99);
  ExpectRefused(unary, {f}, f, "unknown to this version");
  schema::BinaryT binary;
  binary.function = static_cast<schema::BinaryFunction>(-1);
  ExpectRefused(binary, {f, f}, f, "unknown to this version");
  schema::ReduceT reduce;
  reduce.function = static_cast<schema::ReduceFunction>(10);
  ExpectRefused(reduce, {f}, f, "unknown to this version");
}

TEST(FloatVerify, ClampsAndValues) {
  const Operand f = {{4}, Type::FLOAT32};
  schema::BinaryT binary;
  binary.float_clamp = std::make_unique<schema::FloatClamp>(1.0f, -1.0f);
  ExpectRefused(std::move(binary), {f, f}, f, "the clamp is empty");
  schema::BinaryT nan;
  nan.float_clamp = std::make_unique<schema::FloatClamp>(
      std::numeric_limits<float>::quiet_NaN(), 1.0f);
  ExpectRefused(std::move(nan), {f, f}, f, "the clamp is empty");
  schema::PadT pad;
  pad.begin = pad.end = {0};
  pad.integer_value = 2;
  const Operand b = {{4}, Type::BOOL};
  ExpectRefused(pad, {b}, b, "must be 0 or 1");
}

TEST(FloatVerify, Layers) {
  const Operand input = {{1, 4, 4, 2}, Type::FLOAT32};
  const Operand output = {{1, 4, 4, 3}, Type::FLOAT32};
  const Operand weights = {{3, 1, 1, 2}, Type::FLOAT32};
  const auto conv = [] {
    schema::Conv2dT options;
    options.window =
        std::make_unique<schema::Window2d>(1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
    return options;
  };
  ExpectRefused(conv(), {input, weights, {{2}, Type::FLOAT32}}, output,
                "a value for each of the 3", 2);
  ExpectRefused(conv(), {input, weights, {{3}, Type::INT32}}, output,
                "must be FLOAT32", 2);
  ExpectRefused(conv(), {input, weights, {{3}, Type::FLOAT32}}, output,
                "must be a constant");
  ExpectRefused(conv(), {input, weights, {{3}, Type::FLOAT32}, output}, output,
                "input, weights and bias", 2);
  schema::ConvTranspose2dT transposed;
  transposed.window = std::move(conv().window);
  transposed.output_pad_h = 1;
  ExpectRefused(std::move(transposed), {input, weights, {{3}, Type::FLOAT32}},
                output, "pads", 2);
  ExpectRefused(schema::MatMulT(),
                {{{1, 1 << 16}, Type::INT8}, {{1 << 16, 1}, Type::INT8}},
                {{1, 1}, Type::INT8}, "2^15");
}

TEST(FloatVerify, Axes) {
  const Operand f = {{2, 3}, Type::FLOAT32};
  schema::ReduceT reduce;
  reduce.axes = {1, 1};
  ExpectRefused(reduce, {f}, {{2}, Type::FLOAT32}, "more than once");
  reduce.axes = {-1};
  ExpectRefused(reduce, {f}, {{2}, Type::FLOAT32}, "axis -1");
  schema::CumSumT sum;
  sum.axis = 2;
  ExpectRefused(sum, {f}, f, "axis 2");
  schema::ArgExtremumT extremum;
  extremum.axis = INT32_MIN;
  ExpectRefused(extremum, {f}, {{2}, Type::INT64}, "axis");
  schema::LayerNormalizationT normalization;
  normalization.axis = 9;
  ExpectRefused(normalization, {f}, f, "axis 9");
  normalization.axis = 1;
  normalization.epsilon = -1.0f;
  ExpectRefused(normalization, {f}, f, "epsilon");
  schema::TopKT top;
  top.axis = 1;
  top.k = 4;
  ExpectRefused(top, {f}, {{2, 4}, Type::FLOAT32}, "no 4 values");
  schema::LrnT lrn;
  ExpectRefused(lrn, {f}, f, "the size");
}

TEST(FloatVerify, Resize) {
  const Operand f = {{4}, Type::FLOAT32}, q = {{4}, Type::INT8};
  schema::ResizeT resize;
  ExpectRefused(resize, {f}, f, "1 scales");
  resize.scales = {0.0f};
  ExpectRefused(resize, {f}, f, "scales must be finite");
  resize.scales = {1.0f};
  resize.mode = static_cast<schema::ResizeMode>(3);
  ExpectRefused(resize, {f}, f, "unknown");
  resize.mode = schema::ResizeMode::CUBIC;
  ExpectRefused(resize, {q}, q, "INT8");
  resize.antialias = true;
  resize.scales = {1e-30f};
  ExpectRefused(resize, {f}, f, "more than 4096 inputs");
  resize.scales = {1.0f};
  resize.coordinates = schema::ResizeCoordinates::TF_CROP_AND_RESIZE;
  ExpectRefused(resize, {f}, f, "2 roi");
}

TEST(FloatVerify, Recurrent) {
  const Operand x = {{4, 1, 3}, Type::FLOAT32};
  const auto inputs = [&](Shape bias) {
    return std::vector<Operand>{x,
                                {{1, 15, 3}, Type::FLOAT32},
                                {{1, 15, 5}, Type::FLOAT32},
                                {bias, Type::FLOAT32},
                                {{1, 1, 5}, Type::FLOAT32}};
  };
  const Operand output = {{4, 1, 1, 5}, Type::FLOAT32};
  schema::GruT gru;
  ExpectRefused(gru, inputs({1, 30}), output, "hidden_size", 3);
  gru.hidden_size = 5;
  ExpectRefused(gru, inputs({1, 29}), output, "[1, 30]", 3);
  gru.result = schema::RecurrentResult::CELL;
  ExpectRefused(gru, inputs({1, 30}), output, "no cell", 3);
  gru.result = schema::RecurrentResult::SEQUENCE;
  gru.activations = {schema::UnaryFunction::TANH};
  ExpectRefused(gru, inputs({1, 30}), output, "2 functions", 3);
  gru.activations = {schema::UnaryFunction::TANH, schema::UnaryFunction::NOT};
  ExpectRefused(gru, inputs({1, 30}), output, "not one of FLOAT32", 3);
}

}  // namespace
}  // namespace octet
