// Rules that a file with rounding TFLITE must fulfil, broken one at a time; and
// such a file damaged at random.

#include <gtest/gtest.h>

#include <functional>

#include "octet/model.h"
#include "tests/engine/damaged_file.h"
#include "tests/engine/tflite_network.h"

namespace octet {
namespace {

using schema::Rounding;
using Scales = schema::TfliteRequantizationT;

ModelBuilder Network() {
  return TfliteNetwork(std::vector<int8_t>(216), nullptr);
}

void ExpectRefused(const std::function<void(ModelBuilder&)>& change,
                   const std::vector<std::string>& parts,
                   StatusCode code = StatusCode::kInvalidModel) {
  ModelBuilder builder = Network();
  change(builder);
  const std::vector<uint8_t> bytes = builder.Finish();
  const Status status = Model::FromMemory(bytes.data(), bytes.size()).status();
  EXPECT_EQ(status.code(), code) << status.message();
  for (const std::string& part : parts) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << "'" << part << "' is not in: " << status.message();
  }
}

template <typename Options>
Options& OptionsOf(ModelBuilder& builder, size_t op) {
  return *static_cast<Options*>(builder.model().operators[op]->options.value);
}

schema::TensorT& TensorOf(ModelBuilder& builder, size_t op, size_t input) {
  schema::ModelT& model = builder.model();
  return *model.tensors[model.operators[op]->inputs[input]];
}

// The same change for every operator that has the field.
template <typename Options>
void ExpectScalesRefused(size_t op, const std::function<void(Scales&)>& change,
                         const std::string& part) {
  ExpectRefused(
      [&](ModelBuilder& b) {
        change(*OptionsOf<Options>(b, op).tflite_requantization);
      },
      {"'op" + std::to_string(op) + "'", part});
}

void ExpectScalesRefused(const std::function<void(Scales&)>& change,
                         const std::string& part) {
  using namespace schema;
  ExpectScalesRefused<Conv2dT>(kTfliteConvAt, change, part);
  ExpectScalesRefused<Conv2dT>(kTfliteDepthwiseAt, change, part);
  ExpectScalesRefused<AddT>(kTfliteAddAt, change, part);
  ExpectScalesRefused<RequantizeT>(kTfliteRequantizeAt, change, part);
  ExpectScalesRefused<AveragePool2dT>(kTfliteMeanAt, change, part);
  ExpectScalesRefused<FullyConnectedT>(kTfliteFullyConnectedAt, change, part);
  ExpectScalesRefused<SoftmaxT>(kTfliteSoftmaxAt, change, part);
}

TEST(TfliteVerifyTest, NetworkIsValid) {
  ExpectRefused([](ModelBuilder&) {}, {}, StatusCode::kOk);
}

TEST(TfliteVerifyTest, Scales) {
  ExpectScalesRefused([](Scales& s) { s.multiplier[0] = (1 << 29) - 1; },
                      "TFLite multiplier 536870911");
  ExpectScalesRefused([](Scales& s) { s.multiplier[0] = -1; },
                      "TFLite multiplier -1");
  ExpectScalesRefused([](Scales& s) { s.multiplier[0] = INT32_MIN; },
                      "TFLite multiplier");
  ExpectScalesRefused([](Scales& s) { s.shift[0] = 31; }, "TFLite shift 31");
  ExpectScalesRefused([](Scales& s) { s.shift[0] = -32; }, "TFLite shift -32");
  ExpectScalesRefused([](Scales& s) { s.shift[0] = -128; },
                      "TFLite shift -128");
  ExpectScalesRefused([](Scales& s) { s.shift.pop_back(); }, "multipliers");
  ExpectScalesRefused([](Scales& s) { s.multiplier.push_back(1 << 30); },
                      "multipliers");
  ExpectScalesRefused([](Scales& s) { s = Scales(); }, "missing");
  // One for all is no rule of Add, nor are any two.
  ExpectScalesRefused<schema::AddT>(
      kTfliteAddAt,
      [](Scales& s) {
        s.multiplier.resize(1);
        s.shift.resize(1);
      },
      "three TFLite multipliers");
  ExpectScalesRefused<schema::AddT>(
      kTfliteAddAt, [](Scales& s) { s.shift[2] = 1; }, "above 0");
  ExpectScalesRefused<schema::SoftmaxT>(
      kTfliteSoftmaxAt, [](Scales& s) { s.shift[0] = -1; }, "below 0");
  // Half the least multiplier is for means alone.
  ExpectScalesRefused<schema::Conv2dT>(
      kTfliteConvAt, [](Scales& s) { s.multiplier[0] = (1 << 30) - 1; },
      "TFLite multiplier 1073741823");
}

// That of a difference's second input alone may have a minus.
TEST(TfliteVerifyTest, NegativeMultipliers) {
  const auto set = [](size_t entry, int32_t value) {
    return [entry, value](ModelBuilder& b) {
      OptionsOf<schema::AddT>(b, kTfliteAddAt)
          .tflite_requantization->multiplier[entry] = value;
    };
  };
  ExpectRefused(set(1, -(1 << 30)), {}, StatusCode::kOk);
  ExpectRefused(set(1, 1 - (1 << 30)), {"TFLite multiplier -1073741823"});
  ExpectRefused(set(1, INT32_MIN), {"TFLite multiplier -2147483648"});
  ExpectRefused(set(2, -(1 << 30)), {"TFLite multiplier -1073741824"});
}

void ExpectRefused(const ModelBuilder& builder, const std::string& part) {
  const std::vector<uint8_t> bytes = builder.Finish();
  const Status status = Model::FromMemory(bytes.data(), bytes.size()).status();
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}

TEST(TfliteVerifyTest, Products) {
  ModelBuilder builder;
  const int a = builder.Input({2, 3}, {1, 0});
  schema::MulT mul;
  mul.rounding = Rounding::TFLITE;
  mul.clamp = std::make_unique<schema::Clamp>(-128, 127);
  builder.Output(builder.Operator(std::move(mul), {a, a}, {2, 3}, {1, 0}));
  ExpectRefused(builder, "TFLite multipliers or shifts are missing");
}

TEST(TfliteVerifyTest, Resizes) {
  const auto resize = [](auto change, const Shape& from, const Shape& to) {
    schema::ResizeT options;
    options.mode = schema::ResizeMode::LINEAR;
    options.rounding = Rounding::TFLITE;
    change(options);
    ModelBuilder builder;
    const int input = builder.Input(from, {1, 0});
    builder.Output(builder.Operator(std::move(options), {input}, to, {1, 0}));
    ExpectRefused(builder, "rounding TFLITE resizes height and width");
  };
  const Shape from = {1, 2, 3, 4};
  const Shape to = {1, 5, 5, 4};
  resize([](auto& o) { o.mode = schema::ResizeMode::CUBIC; }, from, to);
  resize(
      [](auto& o) {
        o.coordinates = schema::ResizeCoordinates::PYTORCH_HALF_PIXEL;
      },
      from, to);
  resize([](auto&) {}, from, {1, 5, 5, 5});
  resize([](auto&) {}, {2, 3, 4}, {2, 5, 4});
}

TEST(TfliteVerifyTest, MissingScales) {
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::Conv2dT>(b, kTfliteConvAt)
            .tflite_requantization.reset();
      },
      {"'op0' (Conv2d)", "missing"});
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::SoftmaxT>(b, kTfliteSoftmaxAt)
            .tflite_requantization.reset();
      },
      {"(Softmax)", "missing"});
}

// What an operator needs depends on its rounding.
TEST(TfliteVerifyTest, OtherRoundings) {
  const auto q15 = [](auto& options) { options.rounding = Rounding::Q15; };
  const auto newer = [](auto& options) {
    options.rounding = static_cast<Rounding>(2);
  };
  const auto change = [](size_t op, auto set) {
    return [op, set](ModelBuilder& b) {
      switch (op) {
        case kTfliteAddAt:
          return set(OptionsOf<schema::AddT>(b, op));
        case kTfliteAveragePoolAt:
        case kTfliteMeanAt:
          return set(OptionsOf<schema::AveragePool2dT>(b, op));
        case kTfliteRequantizeAt:
          return set(OptionsOf<schema::RequantizeT>(b, op));
        case kTfliteFullyConnectedAt:
          return set(OptionsOf<schema::FullyConnectedT>(b, op));
        case kTfliteSoftmaxAt:
          return set(OptionsOf<schema::SoftmaxT>(b, op));
        default:
          return set(OptionsOf<schema::Conv2dT>(b, op));
      }
    };
  };
  for (size_t op = 0; op <= kTfliteSoftmaxAt; ++op) {
    if (op == kTfliteReshapeAt) continue;
    const std::string name = "'op" + std::to_string(op) + "'";
    ExpectRefused(change(op, newer), {name, "only Q15 and TFLITE"},
                  StatusCode::kUnsupported);
    // An Add's Q15 fields may all be 0.
    if (op != kTfliteAddAt) ExpectRefused(change(op, q15), {name});
  }
}

TEST(TfliteVerifyTest, Residual) {
  ExpectRefused(
      [](ModelBuilder& b) {
        OptionsOf<schema::Conv2dT>(b, kTfliteConvAt).residual =
            std::make_unique<schema::ResidualAddT>();
        // An activation of the output's shape: a second input of the model.
        const int other = b.Input({1, 9, 8, 10}, {0.1f, 0});
        b.model().operators[kTfliteConvAt]->inputs.push_back(
            static_cast<uint32_t>(other));
      },
      {"takes no residual"});
}

TEST(TfliteVerifyTest, Weights) {
  ExpectRefused(
      [](ModelBuilder& b) {
        TensorOf(b, kTfliteConvAt, 1).quantization->zero_point = 1;
      },
      {"zero point 1"});  // per channel
  ExpectRefused(
      [](ModelBuilder& b) {
        TensorOf(b, kTfliteDepthwiseAt, 1).quantization->zero_point = 128;
      },
      {"zero point 128"});
  // 2^31 - 1 is more than any sum of products leaves room for.
  ExpectRefused(
      [](ModelBuilder& b) {
        const uint32_t bias = TensorOf(b, kTfliteConvAt, 2).buffer;
        std::vector<uint8_t>& bytes = b.model().buffers[bias]->data;
        bytes[0] = bytes[1] = bytes[2] = 0xFF;
        bytes[3] = 0x7F;
      },
      {"channel 0 could overflow"});
}

// The zero point of the weights counts in the bound of the accumulator.
TEST(TfliteVerifyTest, AccumulatorBound) {
  constexpr int32_t kWeights = 33000;  // 255 * 255 * 33000 < 2^31
  for (const int weight_zero_point : {127, -128}) {
    for (const int32_t k : {kWeights, kWeights + 100}) {
      Random random(1);
      TfliteLayer layer =
          RandomTfliteLayer({1, k}, 127, weight_zero_point, false, random);
      const int8_t far = weight_zero_point > 0 ? -128 : 127;
      layer.layer.weights.data.assign(static_cast<size_t>(k), far);
      layer.layer.bias = {0};
      ModelBuilder builder;
      const int from = builder.Input({1, k}, {1, 127});
      builder.Output(AppendTfliteFullyConnected(builder, layer, from, {1, 1}));
      const std::vector<uint8_t> bytes = builder.Finish();
      const Status status =
          Model::FromMemory(bytes.data(), bytes.size()).status();
      EXPECT_EQ(status.ok(), k == kWeights) << status.message();
    }
  }
}

TEST(TfliteVerifyTest, Averages) {
  const auto pool = [](size_t op, auto set) {
    return [op, set](ModelBuilder& b) {
      set(OptionsOf<schema::AveragePool2dT>(b, op));
    };
  };
  using Pool = schema::AveragePool2dT;
  ExpectRefused(
      pool(kTfliteAveragePoolAt, [](Pool& p) { p.count_include_pad = true; }),
      {"(AveragePool2d)", "count_include_pad"});
  ExpectRefused(pool(kTfliteAveragePoolAt, [](Pool& p) { p.counts = {4}; }),
                {"(AveragePool2d)", "no counts"});
  ExpectRefused(pool(kTfliteMeanAt, [](Pool& p) { p.counts = {}; }),
                {"one count"});
  ExpectRefused(pool(kTfliteMeanAt,
                     [](Pool& p) {
                       p.counts = {24, 25};
                     }),
                {"one count"});
  ExpectRefused(pool(kTfliteMeanAt, [](Pool& p) { p.counts = {24}; }),
                {"the counts differ"});
  ExpectRefused(
      [](ModelBuilder& b) {
        schema::ModelT& model = b.model();
        const auto& op = *model.operators[kTfliteAveragePoolAt];
        model.tensors[op.outputs[0]]->quantization->zero_point = 6;
      },
      {"(AveragePool2d)", "same scale and zero point"});
}

// 4096 equal values would fill the sum's 12 integer bits.
TEST(TfliteVerifyTest, LongSoftmax) {
  for (const int32_t n : {4095, 4096}) {
    ModelBuilder builder;
    schema::SoftmaxT softmax;
    softmax.rounding = Rounding::TFLITE;
    softmax.tflite_requantization =
        ToSchema(reference::TfliteScales{{1 << 30}, {20}});
    const int from = builder.Input({2, n}, {1, 0});
    builder.Output(builder.Operator(std::move(softmax), {from}, {2, n},
                                    {1.0f / 256, -128}));
    const std::vector<uint8_t> bytes = builder.Finish();
    const Status status =
        Model::FromMemory(bytes.data(), bytes.size()).status();
    EXPECT_EQ(status.code(),
              n == 4095 ? StatusCode::kOk : StatusCode::kUnsupported)
        << status.message();
  }
}

TEST(TfliteVerifyTest, DamagedFiles) {
  ExpectHarmlessTruncations(Network().Finish());
  ExpectHarmlessChanges(Network().Finish());
}

}  // namespace
}  // namespace octet
