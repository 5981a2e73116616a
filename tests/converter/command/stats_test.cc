// Parameters and multiply-accumulates of a ResNet50 with its
// BatchNormalization, as torchvision defines it, against published figures.

#include "converter/command/stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "converter/ir/operation_counts.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// Appends layers to a model; weights are small constants.
class ResNet50 {
 public:
  ResNet50() : builder_(13) {
    builder_.Input("x", {1, 3, 224, 224});
    std::string x = ConvNorm("x", 3, 64, 7, 2, true);
    const std::string stem = x;
    x = Name();
    builder_.Node("MaxPool", {stem}, x)
        .Ints("kernel_shape", {3, 3})
        .Ints("strides", {2, 2})
        .Ints("pads", {1, 1, 1, 1});
    int64_t channels = 64;
    const int64_t blocks[] = {3, 4, 6, 3};
    for (int64_t stage = 0; stage < 4; ++stage) {
      for (int64_t block = 0; block < blocks[stage]; ++block) {
        x = Bottleneck(x, channels, int64_t{64} << stage,
                       block == 0 && stage > 0 ? 2 : 1, block == 0);
        channels = int64_t{256} << stage;
      }
    }
    Head(x);
  }

  Result<Graph> Import() const { return builder_.Import(); }

 private:
  std::string Name() { return "v" + std::to_string(next_++); }

  std::string Constant(const Dims& dims) {
    const std::string name = Name();
    int64_t size = 1;
    for (int64_t dim : dims) size *= dim;
    builder_.Constant(name, dims, Floats(size_t(size), 0.01f));
    return name;
  }

  std::string Relu(const std::string& x) {
    const std::string y = Name();
    builder_.Node("Relu", {x}, y);
    return y;
  }

  std::string ConvNorm(const std::string& x, int64_t in, int64_t out,
                       int64_t kernel, int64_t stride, bool relu) {
    const int64_t pad = kernel / 2;
    const std::string y = Name();
    builder_.Node("Conv", {x, Constant({out, in, kernel, kernel})}, y)
        .Ints("kernel_shape", {kernel, kernel})
        .Ints("strides", {stride, stride})
        .Ints("pads", {pad, pad, pad, pad});
    const std::string normalized = Name();
    builder_.Node(
        "BatchNormalization",
        {y, Constant({out}), Constant({out}), Constant({out}), Constant({out})},
        normalized);
    return relu ? Relu(normalized) : normalized;
  }

  std::string Bottleneck(const std::string& x, int64_t in, int64_t width,
                         int64_t stride, bool projects) {
    const std::string a = ConvNorm(x, in, width, 1, 1, true);
    const std::string b = ConvNorm(a, width, width, 3, stride, true);
    const std::string c = ConvNorm(b, width, 4 * width, 1, 1, false);
    const std::string shortcut =
        projects ? ConvNorm(x, in, 4 * width, 1, stride, false) : x;
    const std::string sum = Name();
    builder_.Node("Add", {c, shortcut}, sum);
    return Relu(sum);
  }

  void Head(const std::string& x) {
    const std::string pooled = Name(), flat = Name();
    builder_.Node("GlobalAveragePool", {x}, pooled);
    builder_.Node("Flatten", {pooled}, flat);
    builder_
        .Node("Gemm", {flat, Constant({1000, 2048}), Constant({1000})},
              "scores")
        .Int("transB", 1);
    builder_.Output("scores");
  }

  ModelBuilder builder_;
  int next_ = 0;
};

TEST(StatsTest, ResNet50) {
  const auto graph = ResNet50().Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  int64_t macs = 0, thop = 0, parameters = 0;
  for (const Node& node : graph->nodes) {
    macs += MultiplyAccumulates(*graph, node);
    thop += ThopOperations(*graph, node);
    parameters += ParameterCount(*graph, node);
  }
  EXPECT_EQ(macs, 4089184256);
  EXPECT_EQ(parameters, 25557032);
  EXPECT_EQ(thop, 4133742592);

  const std::string text = FormatStats(*graph);
  const std::string total = text.substr(text.rfind("total"));
  EXPECT_NE(total.find(" 25557032 "), std::string::npos) << total;
  EXPECT_NE(total.find(" 4089184256 "), std::string::npos) << total;
  EXPECT_NE(total.find(" 4133742592 "), std::string::npos) << total;
  // The head of the table, 53 convolutions with their normalizations, a pool,
  // a fully connected layer, the total.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 106 + 2 + 1);
}

TEST(StatsTest, GroupsPoolsAndSoftmaxByHand) {
  ModelBuilder builder;
  builder.Input("x", {1, 4, 6, 6}).Random("w", {8, 2, 3, 3}, 1);
  builder.Node("Conv", {"x", "w"}, "conv").Int("group", 2);
  builder.Node("AveragePool", {"conv"}, "pool").Ints("kernel_shape", {2, 2});
  builder.Node("Flatten", {"pool"}, "flat");
  builder.Node("Softmax", {"flat"}, "y").Int("axis", 1);
  builder.Output("y");
  const auto graph = builder.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  int64_t macs = 0, thop = 0, parameters = 0;
  for (const Node& node : graph->nodes) {
    macs += MultiplyAccumulates(*graph, node);
    thop += ThopOperations(*graph, node);
    parameters += ParameterCount(*graph, node);
  }
  EXPECT_EQ(macs, 4 * 4 * 8 * (2 * 9));
  EXPECT_EQ(parameters, 8 * 2 * 9);
  EXPECT_EQ(thop, macs + 3 * 3 * 8 + 3 * 72 - 1);
}

TEST(StatsTest, TheCommandNamesWhatIsWrong) {
  std::string program = "stats", model = "/does/not/exist.onnx";
  char* arguments[] = {program.data(), model.data(), nullptr};
  EXPECT_EQ(StatsCommand(2, arguments), 1);
  EXPECT_EQ(StatsCommand(1, arguments), 2);
}

}  // namespace
}  // namespace octet::converter
