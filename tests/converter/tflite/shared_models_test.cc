// The .tflite networks of shared/data: quantized ones against the naive walk
// over the same file and against another engine's outputs, FP32 ones against
// their ONNX twins.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "converter/passes/pass_list.h"
#include "converter/tflite/import.h"
#include "octet/model.h"
#include "octet/session.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/converter/tflite/quantized_check.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

using octet::testing::SharedDataPath;

std::string ReadBytes(const std::string& name) {
  std::ifstream file(SharedDataPath(name), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string ReadTflite(const std::string& model) {
  return ReadBytes("models/" + model + "/model.tflite");
}

class SharedTfliteModelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SharedDataPath(
            "models/mlperf_tiny_kws_int8_tflite/model.tflite"))) {
      GTEST_SKIP() << "the shared data is absent";
    }
  }
};

// A session that keeps every tensor.
std::unique_ptr<Session> MakeSession(const std::string& tflite) {
  const auto octet = ConvertTflite(tflite);
  EXPECT_TRUE(octet.ok()) << octet.status().message();
  if (!octet.ok()) return nullptr;
  auto model = Model::FromMemory(octet->data(), octet->size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  if (!model.ok()) return nullptr;
  SessionOptions options;
  options.keep_intermediates = true;
  auto session = Session::Create(*model, options);
  EXPECT_TRUE(session.ok()) << session.status().message();
  return session.ok() ? *std::move(session) : nullptr;
}

// `input` as stored.
void RunOn(Session& session, const std::vector<int8_t>& input) {
  EXPECT_TRUE(session.SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE(session.Run().ok());
}

// The same; returns output 0.
std::vector<int8_t> RunSession(Session& session,
                               const std::vector<int8_t>& input) {
  RunOn(session, input);
  std::vector<int8_t> output(
      static_cast<size_t>(session.model().outputs()[0].NumElements()));
  EXPECT_TRUE(session.GetOutput(0, output.data(), output.size()).ok());
  return output;
}

// Every tensor that both know by its name has the walk's values.
void ExpectEveryTensorMatches(const std::string& tflite, Session& session,
                              const reference::StoredValues& input) {
  const tflite::Model& model = *tflite::GetModel(tflite.data());
  const auto walked = reference::RunTfliteFile(model, {input});
  const tflite::SubGraph& graph = *model.subgraphs()->Get(0);
  std::map<std::string, int> index_of;
  for (size_t i = 0; i < walked.size(); ++i) {
    const auto* tensor = graph.tensors()->Get(flatbuffers::uoffset_t(i));
    index_of[tensor->name()->str()] = static_cast<int>(i);
  }
  size_t compared = 0;
  for (const TensorInfo& info : session.Tensors()) {
    const auto found = index_of.find(info.name);
    if (found == index_of.end()) continue;
    ++compared;
    if (info.type == octet::DataType::kInt64) {  // of ARG_MAX, an output
      reference::StoredValues integers(info.NumElements());
      ASSERT_TRUE(
          session.GetOutputBytes(0, integers.data(), info.NumBytes()).ok());
      EXPECT_EQ(integers, walked[size_t(found->second)]) << info.name;
      continue;
    }
    std::vector<int8_t> actual(static_cast<size_t>(info.NumElements()));
    ASSERT_TRUE(
        session.GetTensor(info.name, actual.data(), actual.size()).ok());
    EXPECT_EQ(actual, ToStored(walked[size_t(found->second)],
                               IsUint8(model, found->second)))
        << info.name;
  }
  EXPECT_GE(compared, graph.operators()->size() / 2);
}

ptrdiff_t ArgMax(const std::vector<int8_t>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

// Inputs as stored, from a file of records: `skip` bytes, then `size` bytes.
struct Records {
  std::string file;
  size_t skip;
  size_t size;
  bool planar;     // three colour planes
  bool is_signed;  // int8; otherwise uint8
};

const Records kCrops = {"golden/imagenet_crops224.u8", 0, 150528, false, false};
const Records kCifar = {"images/cifar10/cifar10_dev.bin", 1, 3072, true, false};
const Records kWords = {"images/kws/kws_dev.bin", 1, 490, false, true};

std::vector<int8_t> RecordAt(const Records& records, const std::string& bytes,
                             size_t i) {
  const size_t begin = i * (records.skip + records.size) + records.skip;
  const size_t plane = records.size / 3;
  std::vector<int8_t> stored;
  for (size_t j = 0; j < records.size; ++j) {
    const size_t at = records.planar ? j % 3 * plane + j / 3 : j;
    const auto byte = static_cast<uint8_t>(bytes[begin + at]);
    stored.push_back(
        static_cast<int8_t>(records.is_signed ? byte : byte ^ 128));
  }
  return stored;
}

struct Quantized {
  const char* model;
  bool is_uint8;
  const Records* records;  // null: random values
  const char* golden;      // null: none
  size_t golden_samples;
};

const Quantized kQuantized[] = {
    {"mlperf_tiny_ad_int8_tflite", false, nullptr, nullptr, 0},
    {"mlperf_tiny_kws_int8_tflite", false, &kWords,
     "golden/mlperf_tiny_kws_int8.armnn_first100.i8", 100},
    {"mlperf_tiny_resnet8_int8_tflite", false, &kCifar,
     "golden/mlperf_tiny_resnet8_int8.armnn_first64.i8", 64},
    {"mlperf_tiny_vww_int8_tflite", false, nullptr, nullptr, 0},
    {"mcunet_in3_int8_tflite", false, nullptr, nullptr, 0},
    {"mobilenet_v1_0.25_224_uint8_tflite", true, &kCrops,
     "golden/mobilenet_v1_0.25_224_uint8.armnn_first16.u8", 16},
    {"mobilenet_v2_1.0_224_ptq_tflite", true, &kCrops,
     "golden/mobilenet_v2_1.0_224_ptq.armnn_first4.u8", 4},
    {"mobilenet_v2_1.0_224_uint8_tflite", true, &kCrops,
     "golden/mobilenet_v2_1.0_224_uint8.armnn_first2.u8", 2},
    {"deeplabv3_dm05_uint8_tflite", true, nullptr, nullptr, 0},
};

reference::StoredValues FromStored(const std::vector<int8_t>& stored,
                                   bool is_uint8) {
  reference::StoredValues values;
  for (const int8_t q : stored) values.push_back(is_uint8 ? q + 128 : q);
  return values;
}

TEST_F(SharedTfliteModelsTest, EveryTensorIsTheReferences) {
  for (const Quantized& test : kQuantized) {
    SCOPED_TRACE(test.model);
    const std::string tflite = ReadTflite(test.model);
    const auto session = MakeSession(tflite);
    if (session == nullptr) continue;  // a failure already
    const tflite::Model& model = *tflite::GetModel(tflite.data());
    reference::StoredValues input = RandomInputs(model, 1)[0];
    if (test.records != nullptr) {
      const std::string bytes = ReadBytes(test.records->file);
      input = FromStored(RecordAt(*test.records, bytes, 1), test.is_uint8);
    }
    RunOn(*session, ToStored(input, test.is_uint8));
    ExpectEveryTensorMatches(tflite, *session, input);
  }
}

// The golden outputs of a sample, as the engine stores them.
std::vector<int8_t> GoldenAt(const Quantized& test, const std::string& golden,
                             size_t i, size_t size) {
  std::vector<int8_t> values;
  for (size_t j = 0; j < size; ++j) {
    const auto byte = static_cast<uint8_t>(golden[i * size + j]);
    values.push_back(static_cast<int8_t>(test.is_uint8 ? byte ^ 128 : byte));
  }
  return values;
}

// The other engine computes in floats and rounds once, where this arithmetic
// rounds twice: logits differ by some steps, so that near ties end otherwise.
TEST_F(SharedTfliteModelsTest, AnswersAreThoseOfAnotherEngine) {
  for (const Quantized& test : kQuantized) {
    if (test.golden == nullptr) continue;
    SCOPED_TRACE(test.model);
    const auto session = MakeSession(ReadTflite(test.model));
    if (session == nullptr) continue;  // a failure already
    const std::string inputs = ReadBytes(test.records->file);
    const std::string golden = ReadBytes(test.golden);
    size_t same = 0;
    double differences = 0;
    size_t values = 0;
    for (size_t i = 0; i < test.golden_samples; ++i) {
      const std::vector<int8_t> actual =
          RunSession(*session, RecordAt(*test.records, inputs, i));
      const std::vector<int8_t> expected =
          GoldenAt(test, golden, i, actual.size());
      for (size_t j = 0; j < actual.size(); ++j) {
        differences += std::abs(actual[j] - expected[j]);
        ++values;
      }
      same += ArgMax(actual) == ArgMax(expected) ? 1 : 0;
    }
    EXPECT_GE(same * 20, test.golden_samples * 19);
    EXPECT_LE(differences / static_cast<double>(values), 2.5);
  }
}

// Where our answers differ from the golden ones, it is the arithmetic: the walk
// over the same file, in real numbers, has every golden answer, while the
// published arithmetic has ours on the very same samples.
TEST_F(SharedTfliteModelsTest, DifferencesAreThoseOfTheArithmetic) {
  for (const Quantized& test : kQuantized) {
    if (test.golden == nullptr || test.records == &kCrops) continue;
    SCOPED_TRACE(test.model);
    const std::string tflite = ReadTflite(test.model);
    const tflite::Model& model = *tflite::GetModel(tflite.data());
    const auto session = MakeSession(tflite);
    ASSERT_NE(session, nullptr);
    const int output = model.subgraphs()->Get(0)->outputs()->Get(0);
    const auto walk = [&](const std::vector<int8_t>& input,
                          reference::TfliteArithmetic arithmetic) {
      return ToStored(
          reference::RunTfliteFile(model, {FromStored(input, test.is_uint8)},
                                   arithmetic)[size_t(output)],
          test.is_uint8);
    };
    const std::string inputs = ReadBytes(test.records->file);
    const std::string golden = ReadBytes(test.golden);
    size_t same_bytes = 0;
    for (size_t i = 0; i < test.golden_samples; ++i) {
      const std::vector<int8_t> input = RecordAt(*test.records, inputs, i);
      const auto real = walk(input, reference::TfliteArithmetic::kReal);
      const auto expected = GoldenAt(test, golden, i, real.size());
      EXPECT_EQ(ArgMax(real), ArgMax(expected)) << "sample " << i;
      same_bytes += real == expected ? 1 : 0;
      const std::vector<int8_t> actual = RunSession(*session, input);
      if (ArgMax(actual) == ArgMax(expected)) continue;
      EXPECT_EQ(actual, walk(input, reference::TfliteArithmetic::kPublished))
          << "sample " << i;
    }
    // Floats end a few ties otherwise than real numbers.
    EXPECT_GE(same_bytes * 10, test.golden_samples * 8);
  }
}

// The graph of an FP32 file, ending in front of a softmax.
Graph Logits(Graph graph) {
  const Status status = RunPasses(graph);
  EXPECT_TRUE(status.ok()) << status.message();
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<Softmax>(node.op)) {
      graph.outputs = {node.inputs[0]};
    }
  }
  return graph;
}

Graph ImportFloat(const std::string& model) {
  Result<TfliteImport> imported = ImportTflite(ReadTflite(model), model);
  EXPECT_TRUE(imported.ok()) << imported.status().message();
  if (!imported.ok()) return {};
  EXPECT_FALSE(imported->is_quantized);
  return imported->graph;
}

TEST_F(SharedTfliteModelsTest, FloatNetworksComputeWhatTheirTwinsDo) {
  for (const char* name :
       {"mlperf_tiny_ad_fp32", "mlperf_tiny_resnet8_fp32",
        "mlperf_tiny_vww_fp32", "mobilenet_v1_0.25_224_fp32"}) {
    SCOPED_TRACE(name);
    const Graph tflite = Logits(ImportFloat(std::string(name) + "_tflite"));
    Result<Graph> onnx = ImportOnnx(
        SharedDataPath("models/" + std::string(name) + "_onnx/model.onnx"), {});
    ASSERT_TRUE(onnx.ok()) << onnx.status().message();
    const Graph twin = Logits(*onnx);
    const Shape& shape = tflite.value(tflite.inputs[0]).shape;
    ASSERT_EQ(shape, twin.value(twin.inputs[0]).shape);
    std::vector<float> input;
    for (int64_t i = 0; i < shape.NumElements(); ++i) {
      input.push_back(static_cast<float>(i * 7919 % 1009) / 504.5f - 1);
    }
    const auto actual = reference::RunFloatGraph(tflite, {input})[0].data;
    const auto expected = reference::RunFloatGraph(twin, {input})[0].data;
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], 1e-3) << i;
    }
  }
}

// Int8 weights under float activations: dequantized.
TEST_F(SharedTfliteModelsTest, DynamicRangeWeightsRecognizeWords) {
  const Graph graph = Logits(ImportFloat("mlperf_tiny_kws_hybrid_tflite"));
  const std::string bytes = ReadBytes(kWords.file);
  int correct = 0;
  for (size_t i = 0; i < 50; ++i) {
    std::vector<float> input;
    for (const int8_t q : RecordAt(kWords, bytes, i)) {
      input.push_back(static_cast<float>(q - 83) * 0.5847029f);
    }
    const auto output = reference::RunFloatGraph(graph, {input})[0].data;
    const auto answer =
        std::max_element(output.begin(), output.end()) - output.begin();
    if (answer == bytes[i * 491]) ++correct;
  }
  EXPECT_GE(correct, 43);
}

TEST_F(SharedTfliteModelsTest, CustomOperatorsAreRefusedByName) {
  const auto imported =
      ImportTflite(ReadTflite("selfie_segmentation_fp16w_tflite"), "selfie");
  ASSERT_FALSE(imported.ok());
  EXPECT_NE(imported.status().message().find(
                "(Convolution2DTransposeBias): custom operators are not "
                "supported"),
            std::string::npos)
      << imported.status().message();
}

}  // namespace
}  // namespace octet::converter
