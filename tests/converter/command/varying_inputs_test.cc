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

// Average of each channel, then a layer. `fixed`: by a window that has the
// picture's size by accident.
ModelBuilder Classifier(const Dims& flat, bool fixed = false) {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 16, 16});
  builder.Random("w1", {8, 3, 3, 3}, 1).Random("w2", {8, 5}, 2);
  builder.Node("Conv", {"x", "w1"}, "a").Ints("kernel_shape", {3, 3});
  if (fixed) {
    builder.Node("AveragePool", {"a"}, "b").Ints("kernel_shape", {14, 14});
  } else {
    builder.Node("GlobalAveragePool", {"a"}, "b");
  }
  builder.Integers("flat", flat);
  builder.Node("Reshape", {"b", "flat"}, "c");
  builder.Node("MatMul", {"c", "w2"}, "y");
  builder.Output("y");
  return builder;
}

// A convolution, squeeze and excitation, and a head of averages, of means in
// two steps and of maxima.
ModelBuilder SqueezeAndExcitation() {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 16, 24});
  builder.Random("w1", {8, 3, 3, 3}, 1).Random("w2", {4, 8, 1, 1}, 2);
  builder.Random("w3", {8, 4, 1, 1}, 3).Random("w4", {24, 5}, 4);
  builder.Node("Conv", {"x", "w1"}, "a")
      .Ints("kernel_shape", {3, 3})
      .Ints("strides", {2, 2})
      .Ints("pads", {1, 1, 1, 1});
  builder.Node("GlobalAveragePool", {"a"}, "b");
  builder.Node("Conv", {"b", "w2"}, "c").Ints("kernel_shape", {1, 1});
  builder.Node("Relu", {"c"}, "d");
  builder.Node("Conv", {"d", "w3"}, "e").Ints("kernel_shape", {1, 1});
  builder.Node("HardSigmoid", {"e"}, "f");
  builder.Node("Mul", {"a", "f"}, "g");
  builder.Node("GlobalAveragePool", {"g"}, "h");
  builder.Node("Flatten", {"h"}, "h2");
  builder.Node("ReduceMean", {"g"}, "i").Ints("axes", {3}).Int("keepdims", 0);
  builder.Node("ReduceMean", {"i"}, "j").Ints("axes", {2}).Int("keepdims", 0);
  builder.Node("GlobalMaxPool", {"g"}, "k");
  builder.Node("Flatten", {"k"}, "k2");
  builder.Node("Concat", {"h2", "j", "k2"}, "l").Int("axis", 1);
  builder.Node("MatMul", {"l", "w4"}, "y");
  builder.Output("y");
  return builder;
}

// Transposed convolutions whose results are cut at the edges, the first of them
// as detectors of text and generators have it.
ModelBuilder Decoder(int kernel, const Dims& pads, const Dims& output_padding) {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 8, 12});
  builder.Random("w1", {3, 4, 4, 4}, 1);
  builder.Random("w2", {4, 2, kernel, kernel}, 2);
  builder.Node("ConvTranspose", {"x", "w1"}, "a")
      .Ints("kernel_shape", {4, 4})
      .Ints("strides", {2, 2})
      .Ints("pads", {1, 1, 1, 1});
  builder.Node("Relu", {"a"}, "b");
  builder.Node("ConvTranspose", {"b", "w2"}, "y")
      .Ints("kernel_shape", {kernel, kernel})
      .Ints("strides", {2, 3})
      .Ints("pads", pads)
      .Ints("output_padding", output_padding);
  builder.Output("y");
  return builder;
}

// Every second row and column from each of four places, as YOLO begins, and a
// border cut off.
ModelBuilder Focus() {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 8, 12});
  builder.Integers("axes", {2, 3}).Integers("twice", {2, 2});
  builder.Integers("end", {2147483647, 2147483647});
  std::vector<std::string> parts;
  for (int i = 0; i < 4; ++i) {
    const std::string name = std::to_string(i);
    builder.Integers("begin" + name, {i / 2, i % 2});
    builder.Node("Slice", {"x", "begin" + name, "end", "axes", "twice"},
                 "part" + name);
    parts.push_back("part" + name);
  }
  builder.Node("Concat", parts, "a").Int("axis", 1);
  builder.Random("w", {4, 12, 1, 1}, 1);
  builder.Node("Conv", {"a", "w"}, "b").Ints("kernel_shape", {1, 1});
  builder.Integers("one", {1, 1}).Integers("minus_one", {-1, -1});
  builder.Node("Slice", {"b", "one", "minus_one", "axes"}, "y");
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
    return ConvertFile(onnx_, shapes, vary, data_free);
  }

  Status ConvertFile(const std::string& path,
                     const std::vector<std::string>& shapes,
                     const std::vector<std::string>& vary, bool data_free) {
    ConvertOptions options;
    options.model_path = path;
    options.output_path = output_;
    options.shapes = shapes;
    options.vary = vary;
    options.num_threads = 1;
    options.data_free = data_free;
    options.calibrate_limit = 4;
    options.config_path = config_;
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

  // The network resized to {1, h, w, channels} computes the bytes that it does
  // when it is converted at that size, in FP32 and, with the same ranges, in
  // INT8.
  void ExpectAsConverted(const ModelBuilder& builder, const std::string& vary,
                         const std::vector<Shape>& shapes) {
    std::ofstream(onnx_, std::ios::binary) << builder.Serialize();
    ExpectFileAsConverted(onnx_, {}, vary, shapes, "90");
  }
  // `base`: --shape of the varying one. `range`: of all activations.
  void ExpectFileAsConverted(const std::string& path,
                             const std::vector<std::string>& base,
                             const std::string& vary,
                             const std::vector<Shape>& shapes,
                             const std::string& range);

  octet::testing::TemporaryFolder folder_;
  std::string config_;
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

// The same range for every activation of the model, as --config has it.
std::string OneRangeForAll(std::shared_ptr<const Model> model,
                           const std::string& range) {
  auto session =
      Session::Create(std::move(model), {.keep_intermediates = true});
  EXPECT_TRUE(session.ok());
  std::string json;
  for (const TensorInfo& tensor : (*session)->Tensors()) {
    if (tensor.type != octet::DataType::kFloat32) continue;
    // Inside of a node: no value of the graph, so it has no range.
    if (tensor.name.ends_with("/input")) continue;
    json += (json.empty() ? "{\"" : ", \"") + tensor.name + "\": [-" + range +
            ", " + range + "]";
  }
  return json + "}";
}

void VaryingInputsTest::ExpectFileAsConverted(
    const std::string& path, const std::vector<std::string>& base,
    const std::string& vary, const std::vector<Shape>& shapes,
    const std::string& range) {
  config_ = "";
  for (const bool int8 : {false, true}) {
    if (int8) {
      ASSERT_TRUE(ConvertFile(path, base, {}, false).ok());
      const std::string json = OneRangeForAll(LoadOutput(), range);
      config_ = folder_.Path("ranges.json");
      std::ofstream(config_) << json;
    }
    Status status = ConvertFile(path, base, {vary}, int8);
    ASSERT_TRUE(status.ok()) << status.message();
    const auto varying = LoadOutput();
    for (const Shape& shape : shapes) {
      const std::string fixed = "x=1," + std::to_string(shape[3]) + "," +
                                std::to_string(shape[1]) + "," +
                                std::to_string(shape[2]);
      status = ConvertFile(path, {fixed}, {}, int8);
      ASSERT_TRUE(status.ok()) << status.message();
      const std::vector<float> expected = RunAt(LoadOutput(), shape);
      EXPECT_EQ(RunAt(varying, shape), expected)
          << shape.ToString() << (int8 ? " INT8" : " FP32");
      const auto [least, most] =
          std::minmax_element(expected.begin(), expected.end());
      EXPECT_LT(*least, *most);
    }
  }
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
  ExpectRefused(Classifier({0, 8}, /*fixed=*/true), "x=1,3,16..32/16,16",
                {"with x [1, 3, 32, 16]", "Reshape"});
  ExpectRefused(Classifier({1, -1}), "x=1..8,3,16,16", {"[2, 3, 16, 16]"});
}

TEST_F(VaryingInputsTest, WindowsOfTheWholePicture) {
  ExpectAsConverted(Classifier({0, 8}), "x=1..4,3,8..64,8..64",
                    {{1, 8, 11, 3}, {1, 64, 9, 3}, {1, 16, 16, 3}});
  ExpectAsConverted(SqueezeAndExcitation(), "x=1..2,3,4..80/4,4..80/4",
                    {{1, 4, 20, 3}, {1, 80, 76, 3}, {1, 16, 24, 3}});
}

// Squeeze and excitation, transposed convolutions and Resizes by scales.
TEST_F(VaryingInputsTest, DetectorOfText) {
  const std::string path =
      octet::testing::SharedDataPath("models/ppocrv4_det_fp32/model.onnx");
  if (!std::ifstream(path)) GTEST_SKIP() << path << " is not here";
  ExpectFileAsConverted(path, {"x=1,3,64,96"}, "x=1,3,32..1280/32,32..1280/32",
                        {{1, 96, 32, 3}, {1, 64, 160, 3}}, "6");
}

// A window that covers the picture by accident slides where the network holds.
TEST_F(VaryingInputsTest, FixedWindowsSlide) {
  ModelBuilder builder(13);
  builder.Input("x", {1, 3, 8, 8});
  builder.Node("AveragePool", {"x"}, "y").Ints("kernel_shape", {8, 8});
  builder.Output("y");
  ASSERT_TRUE(ConvertWith(builder, {}, {"x=1,3,8..16,8..16"}).ok());
  EXPECT_EQ(RunAt(LoadOutput(), {1, 11, 9, 3}).size(), 4u * 2 * 3);
}

TEST_F(VaryingInputsTest, TransposedConvolutionsCutAtTheEdges) {
  const std::vector<Shape> shapes = {
      {1, 3, 5, 3}, {1, 17, 4, 3}, {1, 8, 12, 3}};
  const std::string vary = "x=1..3,3,3..40,3..40";
  ExpectAsConverted(Decoder(4, {1, 1, 1, 1}, {0, 0}), vary, shapes);
  ExpectAsConverted(Decoder(3, {1, 0, 1, 0}, {1, 2}), vary, shapes);
  ExpectAsConverted(Decoder(5, {2, 1, 1, 2}, {1, 0}), vary, shapes);
}

TEST_F(VaryingInputsTest, SlicesToTheEnd) {
  ExpectAsConverted(Focus(), "x=1..3,3,6..40/2,6..40/2",
                    {{1, 6, 22, 3}, {1, 40, 8, 3}, {1, 8, 12, 3}});
  // Its parts must have one size.
  ExpectRefused(Focus(), "x=1,3,8..40,12", {"with x [1, 3, 9, 12]"});
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
