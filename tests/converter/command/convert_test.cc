// The bundled example from end to end: .onnx -> .octet -> answers.

#include "converter/command/convert.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "converter/samples/open_samples.h"
#include "octet/isa.h"
#include "octet/model.h"
#include "octet/session.h"
#include "tests/converter/command/digits.h"

namespace octet::converter {
namespace {

// The outputs for the first samples of the test set, as stored.
std::vector<float> Outputs(std::shared_ptr<const Model> model,
                           const SessionOptions& options, size_t samples) {
  SampleOptions sample_options = DigitsOptions("").samples;
  sample_options.path = DigitsPath("test-images.idx3-ubyte");
  const auto source = OpenSamples(
      sample_options, {{model->inputs()[0].name, model->inputs()[0].shape}});
  EXPECT_TRUE(source.ok()) << source.status().message();
  auto session = Session::Create(model, options);
  EXPECT_TRUE(session.ok()) << session.status().message();
  std::vector<float> all;
  std::vector<float> output(model->outputs()[0].NumElements());
  for (size_t i = 0; i < samples; ++i) {
    const Result<Sample> sample = (*source)->Read(i);
    EXPECT_TRUE(sample.ok());
    const std::vector<float>& values = sample->inputs[0];
    EXPECT_TRUE((*session)->SetInput(0, values.data(), values.size()).ok());
    EXPECT_TRUE((*session)->Run().ok());
    EXPECT_TRUE((*session)->GetOutput(0, output.data(), output.size()).ok());
    all.insert(all.end(), output.begin(), output.end());
  }
  return all;
}

class ConvertTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::string output_ = folder_.Path("digits.octet");
};

TEST_F(ConvertTest, AccuracySurvives) {
  ConvertOptions options = DigitsOptions(output_);
  options.evaluate_path = DigitsPath("test-images.idx3-ubyte");
  options.labels_path = DigitsPath("test-labels.idx1-ubyte");
  options.json_path = folder_.Path("evaluation.json");
  const Status status = Convert(options);
  ASSERT_TRUE(status.ok()) << status.message();
  std::ifstream file(options.json_path);
  const nlohmann::json json = nlohmann::json::parse(file);
  EXPECT_EQ(json["samples"], 500);
  EXPECT_GT(json["fp32_top1"], 98.0);
  EXPECT_GT(json["int8_top1"], double{json["fp32_top1"]} - 1.0);
  EXPECT_GT(json["agreement"], 98.0);
  EXPECT_GT(json["sqnr_db"], 20.0);
  EXPECT_GT(json["layers"].size(), 10u);
}

TEST_F(ConvertTest, TheFileCarriesWhatAnApplicationNeeds) {
  ASSERT_TRUE(Convert(DigitsOptions(output_)).ok());
  const auto model = Model::Load(output_);
  ASSERT_TRUE(model.ok()) << model.status().message();
  ASSERT_EQ((*model)->inputs().size(), 1u);
  EXPECT_EQ((*model)->inputs()[0].shape, (Shape{1, 28, 28, 1}));
  ASSERT_EQ((*model)->preprocessing().size(), 1u);
  const PreprocessingInfo& info = (*model)->preprocessing()[0];
  EXPECT_EQ(info.height, 28);
  EXPECT_EQ(info.color_order, ColorOrder::kGray);
  EXPECT_EQ(info.std, std::vector<float>{255.0f});
  ASSERT_EQ((*model)->labels().size(), 10u);
  EXPECT_EQ((*model)->labels()[3], "three");
  EXPECT_EQ((*model)->provenance().calibration_method, "minmax");
  EXPECT_EQ((*model)->provenance().calibration_samples, 200u);
  EXPECT_EQ((*model)->provenance().source_sha256.size(), 64u);
}

TEST_F(ConvertTest, SameBytesOnEveryInstructionSetAndThreadCount) {
  ASSERT_TRUE(Convert(DigitsOptions(output_)).ok());
  const auto model = Model::Load(output_);
  ASSERT_TRUE(model.ok());
  const std::vector<float> expected =
      Outputs(*model, {.num_threads = 1, .isa = "scalar"}, 20);
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    for (int num_threads : {1, 2, 5}) {
      EXPECT_EQ(
          Outputs(*model, {.num_threads = num_threads, .isa = isa.name}, 20),
          expected)
          << isa.name << ", " << num_threads << " threads";
    }
  }
}

TEST_F(ConvertTest, TwoConversionsAreByteIdentical) {
  ConvertOptions options = DigitsOptions(output_);
  options.num_threads = 1;
  ASSERT_TRUE(Convert(options).ok());
  options.output_path = folder_.Path("again.octet");
  options.num_threads = 3;
  ASSERT_TRUE(Convert(options).ok());
  EXPECT_EQ(ReadBytes(output_), ReadBytes(options.output_path));
}

// Two runs give the same bytes on any number of threads. (AdaRound, which takes
// longer: adaround_test.cc.)
TEST_F(ConvertTest, RepairedFilesDoNotDependOnThreads) {
  struct Case {
    const char* method;
    RepairSet repairs;
  };
  std::set<std::string> different;
  for (const Case& test : {
           Case{"minmax", {}},
           Case{"kl", {.equalize = true}},
           Case{"minmax", {.absorption = true, .analytic = true}},
           Case{"minmax", {.bias = true}},
           Case{"mse", {.rounding = true}},
           Case{"auto", {.equalize = true, .bias = true, .rounding = true}},
       }) {
    ConvertOptions options = DigitsOptions(output_);
    options.calibrate_limit = 12;
    options.method = test.method;
    options.repairs = test.repairs;
    std::string first;
    for (int threads : {1, 3}) {
      options.num_threads = threads;
      const Status status = Convert(options);
      ASSERT_TRUE(status.ok()) << status.message();
      const std::string bytes = ReadBytes(output_);
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << test.method << " " << ToString(test.repairs);
    }
    different.insert(first);
  }
  EXPECT_EQ(different.size(), 6u);  // each does something
}

// The weights of the file, by encoding: bytes.
std::map<std::string, size_t> StoredBytes(const std::string& path) {
  std::map<std::string, size_t> bytes;
  const auto model = Model::Load(path);
  EXPECT_TRUE(model.ok()) << model.status().message();
  for (const StoredWeights& row : (*model)->stored_weights()) {
    bytes[row.encoding] = row.bytes;
  }
  return bytes;
}

TEST_F(ConvertTest, PackedWeightsMakeSmallerFilesThatStillAnswer) {
  ConvertOptions options = DigitsOptions(output_);
  ASSERT_TRUE(Convert(options).ok());
  const size_t plain = StoredBytes(output_).at("int8");
  options.evaluate_path = DigitsPath("test-images.idx3-ubyte");
  options.evaluate_limit = 100;
  options.json_path = folder_.Path("evaluation.json");
  options.repairs = {.bias = true, .rounding = true};
  const struct {
    WeightGrid grid;
    const char* name;
    size_t values_a_byte;
    double agreement;
  } cases[] = {{WeightGrid::kInt4, "int4", 2, 97.0},
               {WeightGrid::kLogarithmic, "logarithmic", 2, 90.0},
               {WeightGrid::kTernary, "ternary", 4, 70.0},
               {WeightGrid::kBinary, "binary", 8, 0.0}};
  for (const auto& c : cases) {
    options.weight_grid = c.grid;
    const Status status = Convert(options);
    ASSERT_TRUE(status.ok()) << status.message();
    const auto bytes = StoredBytes(output_);
    ASSERT_EQ(bytes.size(), 1u) << c.name;
    EXPECT_LE(bytes.at(c.name), plain / c.values_a_byte + 16) << c.name;
    std::ifstream file(options.json_path);
    EXPECT_GE(nlohmann::json::parse(file)["agreement"], c.agreement) << c.name;
  }
}

TEST_F(ConvertTest, EndsAndSingleLayersKeepTheirWeights) {
  ConvertOptions options = DigitsOptions(output_);
  options.weight_grid = WeightGrid::kInt4;
  options.weights_keep_ends = true;
  ASSERT_TRUE(Convert(options).ok());
  const auto model = Model::Load(output_);
  ASSERT_TRUE(model.ok());
  size_t int8_layers = 0;
  for (const StoredWeights& row : (*model)->stored_weights()) {
    if (row.encoding == "int8") int8_layers = row.layers;
  }
  EXPECT_EQ(int8_layers, 2u);

  options.config_path = folder_.Path("config.json");
  WriteBytes(options.config_path, R"({"nobody": {"weights": "int8"}})");
  const Status status = Convert(options);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("no layer 'nobody'"), std::string::npos)
      << status.message();
  WriteBytes(options.config_path, R"({"nobody": "kl"})");
  const std::string message = Convert(options).message();
  EXPECT_NE(message.find("config.json: the network has no activation 'nobody'"),
            std::string::npos)
      << message;
}

// `auto` for one tensor: the file is that of one of the methods, and no worse
// on the calibration samples than MinMax for it.
TEST_F(ConvertTest, AutoForOneTensorIsTheBestMethodForIt) {
  ConvertOptions options = DigitsOptions(output_);
  options.method = "kl";
  options.config_path = folder_.Path("config.json");
  options.evaluate_path = options.calibrate_path;
  options.json_path = folder_.Path("evaluation.json");
  const auto convert = [&](const std::string& method) {
    WriteBytes(options.config_path,
               R"({"/6/Add_output_0": ")" + method + R"("})");
    const Status status = Convert(options);
    EXPECT_TRUE(status.ok()) << status.message();
    std::ifstream file(options.json_path);
    return double{nlohmann::json::parse(file)["sqnr_db"]};
  };
  const double chosen = convert("auto");
  const std::string bytes = ReadBytes(output_);
  const double plain = convert("minmax");
  EXPECT_GE(chosen, plain);
  std::set<std::string> files = {ReadBytes(output_)};
  for (const char* method : {"mse", "percentile", "kl", "kl-asymmetric"}) {
    convert(method);
    files.insert(ReadBytes(output_));
  }
  EXPECT_GT(files.size(), 1u);
  EXPECT_TRUE(files.contains(bytes));
}

TEST_F(ConvertTest, BudgetThatFitsWritesAndOneThatDoesNotNamesCulprits) {
  ConvertOptions options = DigitsOptions(output_);
  options.max_drop = 2.0;
  EXPECT_FALSE(Convert(options).ok());  // no samples to measure on
  options.evaluate_path = DigitsPath("test-images.idx3-ubyte");
  options.labels_path = DigitsPath("test-labels.idx1-ubyte");
  options.evaluate_limit = 200;
  const Status fits = Convert(options);
  ASSERT_TRUE(fits.ok()) << fits.message();
  const std::string written = ReadBytes(output_);

  options.max_drop = -50.0;  // a gain that no configuration can bring
  options.method_is_chosen = true;
  const Status refused = Convert(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.message().find("no configuration stays within"),
            std::string::npos);
  EXPECT_NE(refused.message().find(" dB)"), std::string::npos);
  EXPECT_EQ(ReadBytes(output_), written);
}

TEST_F(ConvertTest, MinSqnrChangesNothingWhereInt8IsEnough) {
  ConvertOptions options = DigitsOptions(output_);
  ASSERT_TRUE(Convert(options).ok());
  const std::string plain = ReadBytes(output_);
  options.min_sqnr = 5.0;
  const Status status = Convert(options);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(ReadBytes(output_), plain);

  options.min_sqnr = 99.0;
  const Status refused = Convert(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.message().find("--min-sqnr: the outputs' SQNR is"),
            std::string::npos)
      << refused.message();
  EXPECT_EQ(ReadBytes(output_), plain);

  options.precision.all_float = true;
  EXPECT_NE(Convert(options).message().find("--min-sqnr says what INT8"),
            std::string::npos);
}

TEST_F(ConvertTest, ErrorsNameTheObjectAndLeaveTheOutputAlone) {
  WriteBytes(output_, "precious");
  ConvertOptions options = DigitsOptions(output_);
  options.calibrate_path = folder_.Path("missing");
  const Status missing = Convert(options);
  EXPECT_FALSE(missing.ok());
  EXPECT_NE(missing.message().find("missing"), std::string::npos);

  options = DigitsOptions(output_);
  options.shapes = {"image=1,0"};
  EXPECT_NE(Convert(options).message().find("--shape"), std::string::npos);

  options = DigitsOptions(output_);
  options.model_path = DigitsPath("labels.txt");
  EXPECT_NE(Convert(options).message().find("labels.txt"), std::string::npos);

  options = DigitsOptions(output_);
  options.json_path = folder_.Path("x.json");
  EXPECT_NE(Convert(options).message().find("--evaluate"), std::string::npos);

  options = DigitsOptions(output_);
  options.labels_path = DigitsPath("test-labels.idx1-ubyte");
  EXPECT_NE(Convert(options).message().find("--evaluate"), std::string::npos);

  // Before anything is written.
  options = DigitsOptions(output_);
  options.histograms_path = folder_.Path("nowhere/histograms.json");
  EXPECT_NE(Convert(options).message().find("nowhere/"), std::string::npos);
  options = DigitsOptions(output_);
  options.report_path = folder_.Path("nowhere/report.html");
  EXPECT_NE(Convert(options).message().find("nowhere/"), std::string::npos);

  EXPECT_EQ(ReadBytes(output_), "precious");
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder_.path())) {
    ++files;
  }
  EXPECT_EQ(files, 1u) << "a temporary file was left behind";
}

}  // namespace
}  // namespace octet::converter
