// Models that were cut short or changed: each is imported or refused with a
// message. Run under AddressSanitizer and UBSan, this shows that no byte of a
// file can crash the importer or the passes.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "converter/passes/pass_list.h"
#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/random.h"

namespace octet::converter {
namespace {

constexpr uint64_t kSeed = 20240607;
constexpr int kChanges = 2000;

// A model of 2 KB with most kinds of nodes and encodings.
std::string SmallModel() {
  ModelBuilder model;
  model.Input("x", {-1, 3, 8, 8}).Output("y");
  model.Random("w", {4, 3, 3, 3}, 1).Random("b", {4}, 2);
  model.Random("scale", {4}, 3).Random("mean", {4}, 4);
  model.Constant("variance", {4}, {1, 2, 3, 4});
  model.Node("Conv", {"x", "w", "b"}, "conv")
      .Ints("strides", {2, 2})
      .Ints("pads", {1, 1, 1, 1});
  model.Node("BatchNormalization", {"conv", "scale", "b", "mean", "variance"},
             "bn");
  model.Constant("low", {}, {0}).Constant("high", {}, {6});
  model.Node("Clip", {"bn", "low", "high"}, "clip");
  model.Integers("pads", {0, 0, 0, 0, 0, 0, 1, 1});
  model.Node("Pad", {"clip", "pads"}, "pad");
  model.Node("MaxPool", {"pad"}, "pool")
      .Ints("kernel_shape", {2, 2})
      .Ints("strides", {2, 2})
      .Int("ceil_mode", 1);
  model.Node("Transpose", {"pool"}, "t").Ints("perm", {0, 1, 3, 2});
  model.Node("Add", {"pool", "t"}, "sum");
  model.Integers("from", {-1}).Integers("to", {-100}).Integers("axis", {2});
  model.Node("Slice", {"sum", "from", "to", "axis", "from"}, "slice");
  model.Node("Concat", {"slice", "sum"}, "concat").Int("axis", 1);
  model.Node("ReduceMean", {"concat"}, "rows").Ints("axes", {3});
  model.Node("Shape", {"rows"}, "shape").Int("start", 0).Int("end", 2);
  model.Integers("rest", {-1});
  model.Node("Concat", {"shape", "rest"}, "target").Int("axis", 0);
  model.Node("Reshape", {"rows", "target"}, "reshaped");
  model.Node("Flatten", {"reshaped"}, "flat");
  model.Random("m", {24, 5}, 5).Random("c", {1, 5}, 6);
  model.Node("MatMul", {"flat", "m"}, "matmul");
  model.Node("Mul", {"matmul", "c"}, "mul");
  model.Node("Softmax", {"mul"}, "y").Int("axis", -1);
  return model.Serialize();
}

// Empty where the data is absent.
std::string Mnist() {
  std::ifstream file(testing::SharedDataPath("models/mnist12_fp32/model.onnx"),
                     std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// Imports `bytes` and runs the passes on what comes out; whether they import.
bool ImportOrRefuse(const std::string& bytes) {
  Result<Graph> graph = ImportOnnxFromMemory(bytes, "hostile.onnx", {});
  if (!graph.ok()) {
    EXPECT_FALSE(graph.status().message().empty());
    // An error of this kind would be a bug of the importer.
    EXPECT_NE(graph.status().code(), StatusCode::kInternal)
        << graph.status().message();
    return false;
  }
  const Status status = RunPasses(*graph);
  EXPECT_TRUE(status.ok()) << status.message();
  return true;
}

void CheckTruncations(const std::string& bytes, size_t stride) {
  for (size_t size = 0; size < bytes.size(); size += stride) {
    SCOPED_TRACE(size);
    ImportOrRefuse(bytes.substr(0, size));
  }
}

void CheckChanges(const std::string& bytes) {
  Random random(kSeed);
  for (int i = 0; i < kChanges; ++i) {
    std::string changed = bytes;
    const auto at =
        size_t(random.Between(0, static_cast<int64_t>(bytes.size()) - 1));
    changed[at] = static_cast<char>(random.Between(0, 255));
    SCOPED_TRACE("change " + std::to_string(i) + " at byte " +
                 std::to_string(at));
    ImportOrRefuse(changed);
  }
}

TEST(HostileModelsTest, SmallModelItself) {
  EXPECT_TRUE(ImportOrRefuse(SmallModel()));
}

TEST(HostileModelsTest, SmallModelCutShortAnywhere) {
  CheckTruncations(SmallModel(), 1);
}

TEST(HostileModelsTest, SmallModelWithAChangedByte) {
  CheckChanges(SmallModel());
}

TEST(HostileModelsTest, MnistCutShortOrChanged) {
  const std::string bytes = Mnist();
  if (bytes.empty()) GTEST_SKIP() << "the shared data is absent";
  EXPECT_TRUE(ImportOrRefuse(bytes));
  CheckTruncations(bytes, 61);
  CheckChanges(bytes);
}

// Messages inside messages, as deep as a file may make them.
TEST(HostileModelsTest, NestingIsLimited) {
  onnx::ModelProto model;
  onnx::GraphProto* graph = model.mutable_graph();
  for (int depth = 0; depth < 200; ++depth) {
    graph = graph->add_node()->add_attribute()->mutable_g();
  }
  EXPECT_FALSE(ImportOrRefuse(model.SerializeAsString()));
}

// A few bytes must not claim gigabytes.
TEST(HostileModelsTest, ShapesThatOverflow) {
  constexpr int64_t kBig = int64_t{1} << 30;
  for (const Dims& dims : {Dims{kBig, kBig, kBig, kBig}, Dims{1, 2, kBig, 1},
                           Dims{1, -5, 3, 3}, Dims{1, 0, 3, 3}}) {
    ModelBuilder model;
    model.Input("x", dims).Output("y").Random("w", {1, 1, 1, 1}, 1);
    model.Node("Conv", {"x", "w"}, "y");
    EXPECT_FALSE(ImportOrRefuse(model.Serialize()));
  }
}

// A constant that grows stays a node; past the largest tensor it is refused.
TEST(HostileModelsTest, PadsThatOverflow) {
  constexpr int64_t kBig = int64_t{1} << 30;
  for (const int64_t after : {int64_t{0}, kBig}) {
    ModelBuilder model;
    model.Input("x", {1}).Output("y").Constant("c", {1}, {1});
    model.Integers("pads", {kBig - 1, after});
    model.Node("Pad", {"c", "pads"}, "large");
    model.Node("Add", {"x", "large"}, "y");
    EXPECT_EQ(ImportOrRefuse(model.Serialize()), after == 0);
  }
}

}  // namespace
}  // namespace octet::converter
