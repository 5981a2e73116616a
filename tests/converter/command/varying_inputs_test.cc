// --vary from end to end: a network's file lets its inputs vary where the
// network holds for other sizes, and is refused where it does not.

#include "converter/command/varying_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "converter/command/convert.h"
#include "converter/command/vary_option.h"
#include "octet/session.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/random.h"

namespace octet::converter {
namespace {

// A detector's shape: convolution of stride 2, Resize by 2, a head of 4 values
// a pixel, and {n, 4, h, w} -> {n, h * w, 4}.
ModelBuilder Detector() {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 16, 16});
  builder.Random("w1", {8, 3, 3, 3}, 1).Random("w2", {4, 8, 1, 1}, 2);
  builder.Constant("none", {0}, {});
  builder.Constant("scales", {4}, {1, 1, 2, 2});
  builder.Node("Conv", {"x", "w1"}, "a")
      .Ints("kernel_shape", {3, 3})
      .Ints("strides", {2, 2})
      .Ints("pads", {1, 1, 1, 1});
  builder.Node("Relu", {"a"}, "b");
  builder.Node("Resize", {"b", "none", "scales"}, "c")
      .String("mode", "nearest")
      .String("coordinate_transformation_mode", "asymmetric")
      .String("nearest_mode", "floor");
  builder.Node("Conv", {"c", "w2"}, "d").Ints("kernel_shape", {1, 1});
  builder.Integers("rows", {0, 4, -1});
  builder.Node("Reshape", {"d", "rows"}, "e");
  builder.Node("Transpose", {"e"}, "y").Ints("perm", {0, 2, 1});
  builder.Output("y");
  return builder;
}

// Average of each channel, then a layer.
ModelBuilder Classifier(const Dims& flat) {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 16, 16});
  builder.Random("w1", {8, 3, 3, 3}, 1).Random("w2", {8, 5}, 2);
  builder.Node("Conv", {"x", "w1"}, "a").Ints("kernel_shape", {3, 3});
  builder.Node("GlobalAveragePool", {"a"}, "b");
  builder.Integers("flat", flat);
  builder.Node("Reshape", {"b", "flat"}, "c");
  builder.Node("MatMul", {"c", "w2"}, "y");
  builder.Output("y");
  return builder;
}

class VaryingInputsTest : public ::testing::Test {
 protected:
  // Of the network in FP32, unless `data_free`.
  Status ConvertWith(const ModelBuilder& builder,
                     const std::vector<std::string>& shapes,
                     const std::vector<std::string>& vary,
                     bool data_free = false) {
    std::ofstream(onnx_, std::ios::binary) << builder.Serialize();
    ConvertOptions options;
    options.model_path = onnx_;
    options.output_path = output_;
    options.shapes = shapes;
    options.vary = vary;
    options.num_threads = 1;
    options.data_free = data_free;
    options.precision.all_float = !data_free;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const Status status = Convert(options);
    ::testing::internal::GetCapturedStdout();
    ::testing::internal::GetCapturedStderr();
    return status;
  }

  std::shared_ptr<const Model> LoadOutput() {
    auto model = Model::Load(output_);
    EXPECT_TRUE(model.ok()) << model.status().message();
    return model.ok() ? *model : nullptr;
  }

  void ExpectRefused(const ModelBuilder& builder, const std::string& vary,
                     const std::vector<std::string>& parts) {
    const Status status = ConvertWith(builder, {}, {vary});
    EXPECT_FALSE(status.ok());
    for (const std::string& part : parts) {
      EXPECT_NE(status.message().find(part), std::string::npos)
          << status.message();
    }
  }

  octet::testing::TemporaryFolder folder_;
  const std::string onnx_ = folder_.Path("model.onnx");
  const std::string output_ = folder_.Path("model.octet");
};

// The outputs of a session for random values.
std::vector<float> RunOn(Session& session) {
  Random random(4);
  std::vector<float> input(session.inputs()[0].NumElements());
  for (float& value : input) value = static_cast<float>(random.Between(0, 255));
  EXPECT_TRUE(session.SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE(session.Run().ok());
  std::vector<float> output(session.outputs()[0].NumElements());
  EXPECT_TRUE(session.GetOutput(0, output.data(), output.size()).ok());
  return output;
}

std::vector<float> RunAt(std::shared_ptr<const Model> model,
                         const Shape& shape) {
  auto session = Session::Create(std::move(model));
  EXPECT_TRUE(session.ok());
  const Status status = (*session)->Resize(0, shape);
  EXPECT_TRUE(status.ok()) << status.message();
  return RunOn(**session);
}

constexpr char kVary[] = "x=1..4,3,8..64/8,16..48/4";

TEST_F(VaryingInputsTest, ResizedIsWhatIsConvertedAtThatSize) {
  const Status status = ConvertWith(Detector(), {}, {kVary});
  ASSERT_TRUE(status.ok()) << status.message();
  const auto model = LoadOutput();
  const auto& varying = model->varying_dimensions();
  ASSERT_EQ(varying.size(), 3u);
  EXPECT_EQ(varying[0].axis, 0);
  EXPECT_EQ(varying[0].maximum, 4);
  EXPECT_EQ(varying[1].axis, 1);  // height: the file is NHWC
  EXPECT_EQ(varying[1].minimum, 8);
  EXPECT_EQ(varying[1].step, 8);
  EXPECT_EQ(varying[2].axis, 2);
  EXPECT_EQ(varying[2].maximum, 48);
  for (const Shape& shape : {Shape{1, 24, 44, 3}, Shape{1, 64, 20, 3}}) {
    ASSERT_TRUE(ConvertWith(Detector(), {}, {kVary}).ok());
    const std::vector<float> resized = RunAt(LoadOutput(), shape);
    // The first picture of three is the one.
    Shape three = shape;
    three[0] = 3;
    const std::vector<float> batch = RunAt(LoadOutput(), three);
    ASSERT_EQ(batch.size(), 3 * resized.size());
    EXPECT_TRUE(std::equal(resized.begin(), resized.end(), batch.begin()));
    const std::string fixed = "x=" + std::to_string(shape[0]) + ",3," +
                              std::to_string(shape[1]) + "," +
                              std::to_string(shape[2]);
    const Status other = ConvertWith(Detector(), {fixed}, {});
    ASSERT_TRUE(other.ok()) << other.message();
    EXPECT_EQ(RunAt(LoadOutput(), shape), resized) << shape.ToString();
  }
}

TEST_F(VaryingInputsTest, Int8AgreesWithFp32AtOtherSizes) {
  const Shape shape = {2, 32, 24, 3};
  ASSERT_TRUE(ConvertWith(Detector(), {}, {kVary}).ok());
  const std::vector<float> expected = RunAt(LoadOutput(), shape);
  const Status status = ConvertWith(Detector(), {}, {kVary}, true);
  ASSERT_TRUE(status.ok()) << status.message();
  const std::vector<float> found = RunAt(LoadOutput(), shape);
  ASSERT_EQ(found.size(), expected.size());
  double signal = 0;
  double noise = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    signal += double{expected[i]} * double{expected[i]};
    noise += std::pow(double{found[i]} - double{expected[i]}, 2);
  }
  EXPECT_GT(10 * std::log10(signal / noise), 15);
}

TEST_F(VaryingInputsTest, TheBatchOfAClassifierMayVary) {
  const Status status = ConvertWith(Classifier({0, 8}), {}, {"x=1..8,3,16,16"});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(RunAt(LoadOutput(), {8, 16, 16, 3}).size(), 40u);
}

TEST_F(VaryingInputsTest, RefusesWhatDependsOnTheSize) {
  ExpectRefused(Classifier({0, 8}), "x=1,3,16..32/16,16",
                {"with x [1, 3, 32, 16]", "depends on the size", "--shape"});
  ExpectRefused(Classifier({1, -1}), "x=1..8,3,16,16", {"[2, 3, 16, 16]"});
}

TEST_F(VaryingInputsTest, RefusesBadOptions) {
  ExpectRefused(Detector(), "z=1..8,3,16,16", {"no input 'z'"});
  ExpectRefused(Detector(), "x=2..8,3,16,16", {"must be one of its sizes"});
  ExpectRefused(Detector(), "x=1..8,3,16", {"must be one of its sizes"});
  for (const char* text :
       {"x", "=1", "x=", "x=1..", "x=1..0", "x=0..8", "x=1..8/0", "x=1..8/3",
        "x=1,", "x=1..8/2/2", "x=1;2", "x=1,1,1,1,1,1,1"}) {
    EXPECT_FALSE(ParseVary({text}).ok()) << text;
  }
}

}  // namespace
}  // namespace octet::converter
