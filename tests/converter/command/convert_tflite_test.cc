// .tflite -> .octet: the format is told by the content, quantized networks need
// no samples and refuse what has nothing to do.

#include <gtest/gtest.h>

#include <cmath>

#include "converter/command/convert.h"
#include "octet/model.h"
#include "tests/converter/tflite/tflite_builder.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

class ConvertTfliteTest : public ::testing::Test {
 protected:
  ConvertOptions Options(const TfliteBuilder& builder) {
    const std::string bytes = builder.Finish();
    ConvertOptions options;
    // The name says nothing.
    options.model_path = folder_.Write(
        "network.bin",
        {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    options.output_path = output_;
    options.given = {"model", "output"};
    return options;
  }

  octet::testing::TemporaryFolder folder_;
  const std::string output_ = folder_.Path("network.octet");
};

TEST_F(ConvertTfliteTest, QuantizedNetworksNeedNoSamples) {
  const Status status =
      Convert(Options(SmallClassifier(tflite::TensorType::UINT8, 1)));
  ASSERT_TRUE(status.ok()) << status.message();
  const auto model = Model::Load(output_);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ((*model)->provenance().source_file, "network.bin");
  // A picture's bytes are the input's: (pixel - mean) / std is the value whose
  // q is pixel - 128.
  ASSERT_EQ((*model)->preprocessing().size(), 1u);
  const PreprocessingInfo& info = (*model)->preprocessing()[0];
  const TensorInfo& input = (*model)->inputs()[0];
  for (const int pixel : {0, 1, 100, 255}) {
    const float value =
        (static_cast<float>(pixel) - info.mean[0]) / info.std[0];
    const float q =
        std::round(value / input.scale) + static_cast<float>(input.zero_point);
    EXPECT_EQ(q, static_cast<float>(pixel - 128));
  }
}

TEST_F(ConvertTfliteTest, OptionsOfCalibrationAreRefused) {
  ConvertOptions options =
      Options(SmallClassifier(tflite::TensorType::INT8, 1));
  options.given = {"model", "output", "calibrate", "method", "mean"};
  const Status status = Convert(options);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("is quantized already and keeps its "
                                  "integers; leave out --calibrate --method"),
            std::string::npos)
      << status.message();
  EXPECT_EQ(status.message().find("--mean"), std::string::npos);
}

TEST_F(ConvertTfliteTest, FloatNetworksNeedSamples) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4});
  const int output = builder.Activation({1, 4});
  builder.Operator(tflite::BuiltinOperator::RELU, {input}, {output});
  builder.Output(output);
  ConvertOptions options = Options(builder);
  const Status status = Convert(options);
  EXPECT_NE(status.message().find("add --calibrate"), std::string::npos)
      << status.message();
  options.shapes = {"tensor_0=8"};
  EXPECT_NE(Convert(options).message().find("[1, 4]"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
