// The networks of shared/data, from file to the graph that is calibrated.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <variant>

#include "converter/passes/pass_list.h"
#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/converter/passes/pass_check.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

std::string ModelPath(const std::string& model) {
  return testing::SharedDataPath("models/" + model + "/model.onnx");
}

std::string ReadBytes(const std::string& name) {
  std::ifstream file(testing::SharedDataPath(name), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class SharedModelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(ModelPath("mnist12_fp32"))) {
      GTEST_SKIP() << "the shared data is absent";
    }
  }

  static Graph Import(const std::string& model) {
    Result<Graph> graph = ImportOnnx(ModelPath(model), {});
    EXPECT_TRUE(graph.ok()) << graph.status().message();
    return graph.ok() ? *graph : Graph{};
  }

  static Graph ImportAndRunPasses(const std::string& model) {
    Graph graph = Import(model);
    const Status status = RunPasses(graph);
    EXPECT_TRUE(status.ok()) << status.message();
    return graph;
  }

  static Floats Run(const Graph& graph, const Floats& input) {
    return reference::RunFloatGraph(graph, {input})[0].data;
  }
};

struct Structure {
  std::string model;
  int convolutions;  // Conv2d and FullyConnected
  int clamps;        // operators that clamp their output
  int others;
  Shape input;  // NHWC
};

const Structure kStructures[] = {
    {"cifar10_resnet20_fp32", 20, 19, 17, {1, 32, 32, 3}},
    {"cifar10_resnet56_fp32", 56, 55, 35, {1, 32, 32, 3}},
    {"mcunet_in3_fp32", 55, 36, 13, {1, 176, 176, 3}},
    {"mlperf_tiny_ad_fp32_onnx", 10, 9, 0, {1, 640}},
    {"mlperf_tiny_kws_fp32_onnx", 10, 9, 3, {1, 49, 10, 1}},
    {"mlperf_tiny_resnet8_fp32_onnx", 10, 7, 6, {1, 32, 32, 3}},
    {"mlperf_tiny_vww_fp32_onnx", 28, 27, 3, {1, 96, 96, 3}},
    {"mnist12_fp32", 3, 2, 3, {1, 28, 28, 1}},
    {"mobilenet_v1_0.25_224_fp32_onnx", 28, 27, 3, {1, 224, 224, 3}},
    {"mobilenet_v2_1.0_224_fp32_derived", 53, 35, 12, {1, 224, 224, 3}},
    {"squeezenet1.1_fp32", 26, 26, 13, {1, 224, 224, 3}},
    {"ultraface_rfb320_fp32", 52, 37, 13, {1, 240, 320, 3}},
};

// Nothing is left of the source format: no Transpose, no normalization, no
// clamp of its own.
TEST_F(SharedModelsTest, PassesLeaveTheLayers) {
  for (const Structure& expected : kStructures) {
    SCOPED_TRACE(expected.model);
    const Graph graph = ImportAndRunPasses(expected.model);
    int convolutions = 0;
    int clamps = 0;
    for (const Node& node : graph.nodes) {
      const bool has_weights = std::holds_alternative<Conv2d>(node.op) ||
                               std::holds_alternative<FullyConnected>(node.op);
      const bool is_left_over =
          std::holds_alternative<Transpose>(node.op) ||
          std::holds_alternative<BatchNormalization>(node.op) ||
          std::holds_alternative<Mul>(node.op) ||
          std::holds_alternative<Clamp>(node.op) ||
          std::holds_alternative<Identity>(node.op);
      EXPECT_FALSE(is_left_over) << node.name;
      const FloatClamp* clamp = FindClamp(node.op);
      if (clamp != nullptr && !clamp->is_none()) ++clamps;
      if (has_weights) ++convolutions;
    }
    EXPECT_EQ(convolutions, expected.convolutions);
    EXPECT_EQ(clamps, expected.clamps);
    EXPECT_EQ(static_cast<int>(graph.nodes.size()) - convolutions,
              expected.others);
    EXPECT_EQ(graph.value(graph.inputs[0]).shape, expected.input);
  }
}

TEST_F(SharedModelsTest, OutputsKeepTheirNamesAndBecomeNhwc) {
  const Graph squeezenet = ImportAndRunPasses("squeezenet1.1_fp32");
  const Value& output = squeezenet.value(squeezenet.outputs[0]);
  EXPECT_EQ(output.name, "softmaxout_1");
  EXPECT_EQ(output.shape, (Shape{1, 1, 1, 1000}));
  const Graph mobilenet = ImportAndRunPasses("mobilenet_v1_0.25_224_fp32_onnx");
  EXPECT_EQ(mobilenet.value(mobilenet.outputs[0]).name, "output");
}

TEST_F(SharedModelsTest, PassesKeepTheFunction) {
  for (const char* model :
       {"mlperf_tiny_ad_fp32_onnx", "mlperf_tiny_kws_fp32_onnx",
        "mlperf_tiny_resnet8_fp32_onnx", "mlperf_tiny_vww_fp32_onnx",
        "mnist12_fp32", "ultraface_rfb320_fp32"}) {
    SCOPED_TRACE(model);
    const Graph imported = Import(model);
    Graph passed = imported;
    ASSERT_TRUE(RunPasses(passed).ok());
    ExpectSameFunction(imported, passed, 1e-4);
  }
}

// The first outputs of golden/<model>.logits.f32, which ONNX Runtime computed.
void ExpectGolden(const std::string& model, const Floats& actual,
                  size_t sample) {
  const std::string bytes = ReadBytes("golden/" + model + ".logits.f32");
  Floats expected(actual.size());
  const size_t size = expected.size() * sizeof(float);
  ASSERT_GE(bytes.size(), (sample + 1) * size);
  std::memcpy(expected.data(), bytes.data() + sample * size, size);
  ExpectNear(actual, expected, 1e-4);
}

float Pixel(const std::string& bytes, size_t at) {
  return static_cast<float>(static_cast<unsigned char>(bytes[at]));
}

TEST_F(SharedModelsTest, CifarGolden) {
  constexpr float kMean[] = {0.485f, 0.456f, 0.406f};
  constexpr float kStd[] = {0.229f, 0.224f, 0.225f};
  const std::string bytes = ReadBytes("images/cifar10/cifar10_dev.bin");
  const Graph graph = ImportAndRunPasses("cifar10_resnet20_fp32");
  for (size_t sample = 0; sample < 2; ++sample) {
    Floats input;
    for (size_t i = 0; i < 32 * 32; ++i) {
      for (size_t c = 0; c < 3; ++c) {
        const float x = Pixel(bytes, sample * 3073 + 1 + c * 1024 + i);
        input.push_back((x / 255 - kMean[c]) / kStd[c]);
      }
    }
    ExpectGolden("cifar10_resnet20_fp32", Run(graph, input), sample);
  }
}

// The middle of picture 1 of golden/imagenet_crops224.u8.
Floats Crop(int32_t size, bool bgr, const Floats& mean, float scale) {
  const std::string bytes = ReadBytes("golden/imagenet_crops224.u8");
  const size_t margin = size_t(224 - size) / 2;
  Floats input;
  for (size_t y = 0; y < size_t(size); ++y) {
    for (size_t x = 0; x < size_t(size); ++x) {
      const size_t pixel = (224 + y + margin) * 224 + x + margin;
      for (size_t c = 0; c < 3; ++c) {
        const float value = Pixel(bytes, pixel * 3 + (bgr ? 2 - c : c));
        input.push_back((value - mean[c]) * scale);
      }
    }
  }
  return input;
}

TEST_F(SharedModelsTest, ImageNetGolden) {
  const Floats half = {127.5f, 127.5f, 127.5f};
  for (const char* model :
       {"mcunet_in3_fp32", "mobilenet_v1_0.25_224_fp32_onnx"}) {
    SCOPED_TRACE(model);
    const Graph graph = ImportAndRunPasses(model);
    const int32_t size = graph.value(graph.inputs[0]).shape[1];
    ExpectGolden(model, Run(graph, Crop(size, false, half, 1 / 127.5f)), 1);
  }
  const Graph squeezenet = ImportAndRunPasses("squeezenet1.1_fp32");
  const Floats mean = {103.939f, 116.779f, 123.68f};
  ExpectGolden("squeezenet1.1_fp32", Run(squeezenet, Crop(224, true, mean, 1)),
               1);
}

int ArgMax(const Floats& values) {
  return static_cast<int>(std::max_element(values.begin(), values.end()) -
                          values.begin());
}

// How many of `count` records (a label, then `size` bytes) are recognized.
int CountCorrect(const Graph& graph, const std::string& bytes, size_t size,
                 size_t count, float (*decode)(char)) {
  int correct = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string record = bytes.substr(i * (size + 1), size + 1);
    Floats input;
    for (char byte : record.substr(1)) input.push_back(decode(byte));
    const Floats output = reference::RunFloatGraph(graph, {input})[0].data;
    if (ArgMax(output) == record[0]) ++correct;
  }
  return correct;
}

TEST_F(SharedModelsTest, DigitsAndWordsAreRecognized) {
  const auto pixel = [](char byte) {
    return static_cast<float>(static_cast<unsigned char>(byte));
  };
  EXPECT_GE(
      CountCorrect(ImportAndRunPasses("mnist12_fp32"),
                   ReadBytes("images/mnist/mnist_dev.bin"), 784, 50, pixel),
      49);
  const auto coefficient = [](char byte) {
    return static_cast<float>(static_cast<signed char>(byte) - 83) * 0.5847029f;
  };
  EXPECT_GE(
      CountCorrect(ImportAndRunPasses("mlperf_tiny_kws_fp32_onnx"),
                   ReadBytes("images/kws/kws_dev.bin"), 490, 50, coefficient),
      43);
}

struct Refusal {
  std::string model;
  std::vector<std::string> reported;
};

TEST_F(SharedModelsTest, UnsupportedModelsNameEveryBlocker) {
  const Refusal refusals[] = {
      {"style_candy_fp32",
       {"'scalerPreprocessor' (ImageScaler)", "'crop' (Crop)", "'crop6' (Crop)",
        "'activation11' (Affine)"}},
      {"ppocrv4_det_fp32", {"input 'x': dimension 2"}},
      {"ppocrv4_rec_fp32", {"input 'x': dimension 3"}},
  };
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.model);
    const Result<Graph> graph = ImportOnnx(ModelPath(refusal.model), {});
    ASSERT_FALSE(graph.ok());
    const std::string& message = graph.status().message();
    for (const std::string& blocker : refusal.reported) {
      EXPECT_NE(message.find(blocker), std::string::npos) << blocker;
    }
  }
}

}  // namespace
}  // namespace octet::converter
