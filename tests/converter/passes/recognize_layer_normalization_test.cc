#include "converter/passes/recognize_layer_normalization.h"

#include "converter/ir/permutation.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/node_cases/run_in_engine.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::UnaryFunction;

const Shape kShape{2, 3, 8};

// How an importer writes the mean along the last dimension.
enum class Mean { kReduce, kPooled };

ValueId AppendMean(Graph& graph, const std::string& name, ValueId x,
                   Mean form) {
  if (form == Mean::kReduce) {
    return Append(graph, name, Reduce{schema::ReduceFunction::MEAN, {2}}, {x});
  }
  const ValueId picture =
      Append(graph, name + "/picture", Reshape{{2, 3, 8, 1}}, {x});
  const ValueId nhwc =
      AppendTranspose(graph, name + "/to_nhwc", picture, kToChannelsLast);
  AveragePool2d pool;
  pool.window.kernel_h = 8;
  const ValueId mean = Append(graph, name, pool, {nhwc});
  const ValueId nchw =
      AppendTranspose(graph, name + "/to_nchw", mean, kToChannelsFirst);
  return Append(graph, name + "/kept", Reshape{{2, 3, 1}}, {nchw});
}

struct Form {
  Mean mean = Mean::kReduce;
  bool power = true;  // or d * d
  float exponent = 2;
};

// The normalization of x, then * scale + bias.
Graph Decomposed(const Form& form) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kShape);
  const ValueId mean = AppendMean(graph, "mean", x, form.mean);
  const ValueId d =
      Append(graph, "d", Binary{BinaryFunction::SUB, {}}, {x, mean});
  const ValueId two = graph.AddConstant("two", {}, {form.exponent});
  const ValueId square =
      form.power
          ? Append(graph, "square", Binary{BinaryFunction::POW, {}}, {d, two})
          : Append(graph, "square", Mul{}, {d, d});
  const ValueId variance = AppendMean(graph, "variance", square, form.mean);
  const ValueId epsilon = graph.AddConstant("epsilon", {}, {0.01f});
  const ValueId sum = Append(graph, "sum", Add{}, {variance, epsilon});
  const ValueId root = Append(graph, "root", Unary{UnaryFunction::SQRT}, {sum});
  const ValueId quotient =
      Append(graph, "quotient", Binary{BinaryFunction::DIV, {}}, {d, root});
  const ValueId scaled = AppendMul(graph, "scale", quotient, {8}, 1);
  graph.outputs = {AppendAdd(graph, "bias", scaled, {8}, 2)};
  return graph;
}

std::vector<float> RunOn(const Graph& graph, const std::vector<float>& input) {
  const auto outputs = RunInEngine(graph, {{DataType::FLOAT32, input, {}}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  return outputs.ok() ? (*outputs)[0].floats : std::vector<float>();
}

TEST(RecognizeLayerNormalizationTest, EveryForm) {
  for (const Form& form :
       {Form{}, Form{Mean::kReduce, false}, Form{Mean::kPooled, true}}) {
    const Graph given = Decomposed(form);
    Graph result = given;
    ASSERT_TRUE(RecognizeLayerNormalization(result).ok());
    ASSERT_TRUE(ValidateGraph(result).ok());
    EXPECT_EQ(Operators(result), "LayerNormalization");
    EXPECT_EQ(result.value(result.outputs[0]).name,
              given.value(given.outputs[0]).name);
    EXPECT_EQ(TheOperator<LayerNormalization>(result).epsilon, 0.01f);
    const std::vector<float> input =
        RandomFloats(kShape.NumElements(), 3.0f, 5);
    const std::vector<float> expected = RunOn(given, input);
    const std::vector<float> actual = RunOn(result, input);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-5) << i;
    }
  }
}

TEST(RecognizeLayerNormalizationTest, OtherPowersStay) {
  Graph graph = Decomposed({Mean::kReduce, true, 3});
  const std::string before = Operators(graph);
  ASSERT_TRUE(RecognizeLayerNormalization(graph).ok());
  EXPECT_EQ(Operators(graph), before);
}

}  // namespace
}  // namespace octet::converter
