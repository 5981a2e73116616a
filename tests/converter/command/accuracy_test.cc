// Two real networks, calibrated and evaluated as bench/accuracy.sh does: INT8
// must not lose more than a plain MinMax per-channel quantizer does (31.0 dB
// and 99.6 %, 39.2 dB and 100 % with another runtime's tool on these samples;
// the tolerances are 0.5 dB and 1.5 points).

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "converter/command/convert.h"
#include "tests/converter/command/digits.h"

namespace octet::converter {
namespace {

struct Case {
  std::string model;
  std::string calibrate, evaluate;
  std::string records;
  double fp32_top1, agreement, sqnr_db;
};

std::string DataFolder() {
  const char* data = std::getenv("OCTET_DATA_DIR");
  return data != nullptr ? data : OCTET_SOURCE_DIR "/../shared/data";
}

// The evaluation's figures.
nlohmann::json Measure(const Case& network, const std::string& method) {
  const std::string folder = DataFolder();
  ConvertOptions options;
  options.model_path = folder + "/models/" + network.model + "/model.onnx";
  options.method = method;
  TemporaryFolder output;
  options.output_path = output.Path("model.octet");
  options.json_path = output.Path("evaluation.json");
  options.calibrate_path = folder + network.calibrate;
  options.evaluate_path = folder + network.evaluate;
  options.samples.format = SampleFormat::kRecords;
  const Result<RecordLayout> layout = ParseRecordLayout(network.records);
  EXPECT_TRUE(layout.ok());
  options.samples.records = *layout;
  const Status status = Convert(options);
  EXPECT_TRUE(status.ok()) << status.message();
  std::ifstream file(options.json_path);
  return nlohmann::json::parse(file);
}

class AccuracyTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const std::string model =
        DataFolder() + "/models/" + GetParam().model + "/model.onnx";
    if (!std::filesystem::exists(model)) {
      GTEST_SKIP() << model << " is not here";
    }
  }
};

TEST_P(AccuracyTest, IsThatOfPlainMinMax) {
  const Case& network = GetParam();
  const nlohmann::json json = Measure(network, "minmax");
  EXPECT_NEAR(json["fp32_top1"], network.fp32_top1, 1.0);
  EXPECT_GE(json["agreement"], network.agreement - 1.5);
  EXPECT_GE(json["sqnr_db"], network.sqnr_db - 0.5);
}

// On samples that the search has not seen.
TEST_P(AccuracyTest, AutoDoesNotLoseToMinMax) {
  const nlohmann::json plain = Measure(GetParam(), "minmax");
  const nlohmann::json chosen = Measure(GetParam(), kAutoMethod);
  EXPECT_GE(chosen["sqnr_db"], double{plain["sqnr_db"]} - 0.1);
}

INSTANTIATE_TEST_SUITE_P(
    RealNetworks, AccuracyTest,
    ::testing::Values(
        Case{"mlperf_tiny_kws_fp32_onnx", "/images/kws/kws_calib.bin",
             "/images/kws/kws_dev.bin",
             "label,49x10x1,i8,scale=0.5847029089927673,zero_point=83", 90.67,
             99.6, 31.0},
        Case{"mnist12_fp32", "/images/mnist/mnist_calib.bin",
             "/images/mnist/mnist_dev.bin", "label,28x28x1,u8", 99.4, 100.0,
             39.2}),
    [](const ::testing::TestParamInfo<Case>& test) {
      return test.param.model;
    });

}  // namespace
}  // namespace octet::converter
