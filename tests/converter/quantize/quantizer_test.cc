// Small graphs from FP32 to int8: the integer model, evaluated naively by the
// schema's formulas, stays close to FP32.

#include "converter/quantize/quantizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/float/float_executor.h"
#include "converter/quantize/quantize_operators.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/quantize/simulate.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 9, 8, 6};

// One sample, the same for calibration and comparison.
std::vector<std::vector<float>> MakeInputs(const Graph& graph) {
  std::vector<std::vector<float>> inputs;
  for (ValueId id : graph.inputs) {
    inputs.push_back(RandomFloats(graph.value(id).shape.NumElements(), 1.0f,
                                  100 + uint64_t(id)));
  }
  return inputs;
}

Result<QuantizedModel> CalibrateAndQuantize(const Graph& graph,
                                            const QuantizeOptions& options,
                                            int threads = 1) {
  const auto read = [&](size_t) -> Result<std::vector<std::vector<float>>> {
    return MakeInputs(graph);
  };
  OCTET_ASSIGN_OR_RETURN(const Ranges ranges,
                         Calibrate(graph, 1, read, {.threads = threads}));
  return Quantize(graph, ranges, options);
}

// The largest scale among a node's activations: the unit of its errors.
double CoarsestScale(const Graph& graph, const Node& node,
                     const QuantizedModel& result) {
  std::vector<ValueId> ids = node.inputs;
  ids.push_back(node.output);
  double scale = 0.0;
  for (ValueId id : ids) {
    const int32_t t = result.tensor_of_value[size_t(id)];
    if (graph.value(id).is_constant() || t < 0) continue;
    const auto& tensor = *result.model.tensors[size_t(t)];
    scale = std::max<double>(scale, tensor.quantization->scale[0]);
  }
  return scale;
}

// Compares every node's output, FP32 against int8, and returns the quantized
// model. `steps`: the error allowed, in units of CoarsestScale.
QuantizedModel ExpectClose(const Graph& graph, double steps,
                           const QuantizeOptions& options = {}) {
  auto result = CalibrateAndQuantize(graph, options);
  EXPECT_TRUE(result.ok()) << result.status().message();
  if (!result.ok()) return {};
  auto executor = FloatExecutor::Create(graph, {.threads = 1});
  EXPECT_TRUE(executor.ok() && (*executor)->Run(MakeInputs(graph)).ok());
  const auto reals = Simulate(result->model, MakeInputs(graph));
  int without_tensor = 0;
  for (const Node& node : graph.nodes) {
    const int32_t t = result->tensor_of_value[size_t(node.output)];
    if (t < 0) {
      ++without_tensor;
      continue;
    }
    const double scale = CoarsestScale(graph, node, *result);
    const std::vector<float>& actual = reals[size_t(t)];
    double worst = 0.0;
    for (size_t i = 0; i < actual.size(); ++i) {
      const double expected = (*executor)->Value(node.output)[i];
      worst = std::max(worst, std::abs(actual[i] - expected) / scale);
    }
    EXPECT_LE(worst, steps) << node.name;
  }
  EXPECT_EQ(without_tensor, result->report.fused_residuals);
  return *std::move(result);
}

const schema::OperatorT& FindOperator(const QuantizedModel& result,
                                      const std::string& name) {
  for (const auto& op : result.model.operators) {
    if (op->name == name) return *op;
  }
  ADD_FAILURE() << "no operator " << name;
  return *result.model.operators[0];
}

TEST(QuantizerTest, Convolutions) {
  for (const bool per_tensor : {false, true}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", kPicture);
    const ValueId a = AppendConv(graph, "a", x, 16, 3, 1);
    AppendConv(graph, "depthwise", x, 6, 3, 3, 6, {0.0f, 1.0f});
    AppendConv(graph, "grouped", x, 9, 3, 5, 3, {-0.5f, 0.5f});
    graph.outputs = {a};
    const QuantizedModel result = ExpectClose(graph, 2.0, {per_tensor});

    const schema::OperatorT& op = FindOperator(result, "depthwise");
    const schema::Conv2dT& conv = *op.options.AsConv2d();
    EXPECT_EQ(conv.groups, 6);
    EXPECT_EQ(conv.window->pad_top(), 1);
    EXPECT_EQ(conv.clamp->min(), -128);
    EXPECT_EQ(conv.clamp->max(), 127);
    const schema::TensorT& weights = *result.model.tensors[op.inputs[1]];
    const schema::TensorT& bias = *result.model.tensors[op.inputs[2]];
    EXPECT_EQ(weights.shape, (std::vector<int32_t>{6, 3, 3, 1}));
    EXPECT_EQ(weights.quantization->axis, per_tensor ? -1 : 0);
    EXPECT_EQ(weights.quantization->scale.size(), per_tensor ? 1u : 6u);
    EXPECT_EQ(bias.quantization->scale.size(), per_tensor ? 1u : 6u);
    EXPECT_EQ(conv.requantization->multiplier.size(), per_tensor ? 1u : 6u);
    EXPECT_EQ(bias.type, schema::DataType::INT32);
    EXPECT_EQ(result.model.buffers[bias.buffer]->data.size(), 24u);
    EXPECT_TRUE(result.model.buffers[0]->data.empty());
  }
}

TEST(QuantizerTest, FullyConnectedAndSoftmax) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 50});
  const ValueId w =
      graph.AddConstant("w", {10, 50}, RandomFloats(500, 0.5f, 1));
  const ValueId b = graph.AddConstant("b", {10}, RandomFloats(10, 0.5f, 2));
  const ValueId y = Append(graph, "fc", FullyConnected{}, {x, w, b});
  graph.outputs = {Append(graph, "softmax", Softmax{}, {y})};
  const QuantizedModel result = ExpectClose(graph, 4.0);
  const schema::TensorT& output =
      *result.model.tensors[result.model.outputs[0]];
  EXPECT_EQ(output.quantization->scale, std::vector<float>{1.0f / 256});
  EXPECT_EQ(output.quantization->zero_point, -128);
}

TEST(QuantizerTest, Pools) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const Window2dParams window{3, 3, 2, 2, 1, 1, 1, 1, 1, 1};
  const ValueId max = Append(graph, "max", MaxPool2d{window, {}}, {x});
  Append(graph, "counted", AveragePool2d{window, true, {}}, {x});
  Append(graph, "average", AveragePool2d{window, false, {0.0f, 0.2f}}, {x});
  graph.outputs = {max};
  const QuantizedModel result = ExpectClose(graph, 1.6);
  const auto& counted =
      *FindOperator(result, "counted").options.AsAveragePool2d();
  EXPECT_EQ(counted.counts, std::vector<int32_t>{9});
  const auto& average =
      *FindOperator(result, "average").options.AsAveragePool2d();
  EXPECT_EQ(average.counts, (std::vector<int32_t>{4, 6, 9}));
  EXPECT_EQ(average.requantization->shift.size(), 3u);
}

TEST(QuantizerTest, AddAndClamp) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 6, 1, 1);
  const ValueId b = AppendConv(graph, "b", x, 6, 3, 2);
  const ValueId sum = Append(graph, "sum", Add{{0.0f, 6.0f}}, {a, b});
  const ValueId row =
      graph.AddConstant("row", {8, 1}, RandomFloats(8, 1.0f, 3));
  const ValueId shifted = Append(graph, "shifted", Add{}, {sum, row});
  graph.outputs = {Append(graph, "clip", Clamp{{0.25f, 0.75f}}, {shifted})};
  const QuantizedModel result = ExpectClose(graph, 4.0);
  const schema::OperatorT& add = FindOperator(result, "shifted");
  EXPECT_EQ(result.model.tensors[add.inputs[1]]->shape,
            (std::vector<int32_t>{1, 9, 8, 6}));
  EXPECT_NE(FindOperator(result, "clip").options.AsRequantize(), nullptr);
}

TEST(QuantizerTest, ConcatRequantizesWhatIsReadElsewhere) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 4, 1, 1);
  const ValueId b = AppendConv(graph, "b", x, 4, 3, 2);
  const ValueId joined =
      Append(graph, "concat", Concat{ConcatParams{3}}, {a, x, b});
  const ValueId c = AppendConv(graph, "c", a, 4, 1, 3);
  Pad pad;
  pad.params.begin[2] = 1;
  pad.value = 0.5f;
  const ValueId padded = Append(graph, "pad", pad, {c});
  graph.outputs = {joined, padded};
  const QuantizedModel result = ExpectClose(graph, 3.0);
  EXPECT_EQ(result.report.inserted_requantizes, 2);
  const schema::OperatorT& concat = FindOperator(result, "concat");
  EXPECT_NE(int32_t(concat.inputs[0]), result.tensor_of_value[size_t(a)]);
  EXPECT_NE(int32_t(concat.inputs[1]), result.tensor_of_value[size_t(x)]);
  EXPECT_EQ(int32_t(concat.inputs[2]), result.tensor_of_value[size_t(b)]);
}

// As in networks whose BatchNormalizations have next to no variance: channels
// of a bias and almost no weights. They must keep their value.
TEST(QuantizerTest, ChannelsWhoseBiasOverflowsAreRepaired) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  auto weights = RandomFloats(8 * 6, 0.5f, 1);
  for (size_t i = 0; i < 2 * 6; ++i) weights[i] = 0.0f;
  for (size_t i = 2 * 6; i < 4 * 6; ++i) weights[i] *= 1e-11f;
  auto bias = RandomFloats(8, 0.5f, 2);
  bias[0] = 1.5f;
  bias[1] = -1.25f;
  bias[2] = 1.75f;
  bias[3] = -0.5f;
  const ValueId y = Append(graph, "conv", Conv2d{},
                           {x, graph.AddConstant("w", {8, 1, 1, 6}, weights),
                            graph.AddConstant("b", {8}, bias)});
  graph.outputs = {y};
  for (const bool per_tensor : {false, true}) {
    const QuantizedModel result = ExpectClose(graph, 2.0, {per_tensor});
    ASSERT_EQ(result.report.layers.size(), 1u);
    EXPECT_EQ(result.report.layers[0].node, "conv");
    EXPECT_EQ(result.report.layers[0].channels, 8);
    EXPECT_EQ(result.report.layers[0].dead_channels, 4);
  }
  // At the scale of its weights, 1e-13, a bias of -300 needs 50 bits.
  bias[3] = -300.0f;
  graph.value(graph.nodes[0].inputs[2]).data =
      std::make_shared<const std::vector<float>>(bias);
  auto& conv = std::get<Conv2d>(graph.nodes[0].op);
  conv.clamp = {-2.0f, 2.0f};
  const QuantizedModel result = ExpectClose(graph, 2.0);
  EXPECT_GE(result.report.layers[0].widened_channels, 1);
}

TEST(QuantizerTest, ARangeThatIsFarTooNarrowNamesNodeAndChannel) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  graph.outputs = {AppendConv(graph, "conv", x, 4, 1, 1)};
  Ranges ranges(graph.values.size(), Range{-1.0f, 1.0f});
  ranges[size_t(graph.outputs[0])] = {0.0f, 1e-9f};
  const auto result = Quantize(graph, ranges, {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find(
                "node 'conv' (Conv2d): output channel 0: the calibrated range"),
            std::string::npos)
      << result.status().message();
}

TEST(QuantizerTest, ValuesBeyondEveryScaleNameNodeAndChannel) {
  const float largest = std::numeric_limits<float>::max();
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 2});
  const ValueId w = graph.AddConstant("w", {1, 2}, {largest, largest});
  const ValueId b = graph.AddConstant("b", {1}, {largest});
  graph.outputs = {Append(graph, "fc", FullyConnected{}, {x, w, b})};
  for (const float input : {largest, 1e-19f}) {
    Ranges ranges(graph.values.size(), Range{-largest, largest});
    ranges[size_t(x)] = {0.0f, input};
    const auto result = Quantize(graph, ranges, {});
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.status().message().find(
                  "node 'fc' (FullyConnected): output channel 0: its values"),
              std::string::npos)
        << result.status().message();
  }
}

TEST(QuantizerTest, ProductsOfActivations) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId y = Append(graph, "square", Mul{}, {x, x});
  graph.outputs = {Append(graph, "again", Mul{}, {y, x})};
  const QuantizedModel result = ExpectClose(graph, 3.0);
  EXPECT_TRUE(result.report.float_nodes.empty());
}

TEST(QuantizerTest, OperatorsAreInExecutionOrder) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 6, 3, 1);
  const ValueId sum = Append(graph, "sum", Add{}, {a, x});
  graph.outputs = {
      Append(graph, "concat", Concat{ConcatParams{3}}, {sum, a, x})};
  const QuantizedModel result = ExpectClose(graph, 3.0);
  EXPECT_EQ(result.model.version, 1u);
  std::vector<bool> defined(result.model.tensors.size(), false);
  for (size_t t = 0; t < defined.size(); ++t) {
    defined[t] = result.model.tensors[t]->buffer != 0;
  }
  for (uint32_t input : result.model.inputs) defined[input] = true;
  for (const auto& op : result.model.operators) {
    for (uint32_t input : op->inputs) EXPECT_TRUE(defined[input]) << op->name;
    EXPECT_FALSE(defined[op->outputs[0]]) << op->name;
    defined[op->outputs[0]] = true;
  }
  EXPECT_TRUE(defined[result.model.outputs[0]]);
}

TEST(AveragePoolCountsTest, DistinctAndAscending) {
  AveragePool2d pool;
  pool.window = {3, 3, 1, 1, 1, 1, 1, 0, 2, 0};
  const Shape input{1, 5, 5, 1}, output{1, 6, 3, 1};
  EXPECT_EQ(AveragePoolCounts(pool, input, output),
            (std::vector<int32_t>{3, 6, 9}));
  pool.count_include_pad = true;
  EXPECT_EQ(AveragePoolCounts(pool, input, output), std::vector<int32_t>{9});
  // Taps at -1, 1 and 3 of 4 rows, and at 0, 2 and 4.
  pool.count_include_pad = false;
  pool.window = {3, 1, 1, 1, 2, 1, 1, 0, 1, 0};
  EXPECT_EQ(AveragePoolCounts(pool, {1, 4, 1, 1}, {1, 2, 1, 1}),
            std::vector<int32_t>{2});
}

}  // namespace
}  // namespace octet::converter
