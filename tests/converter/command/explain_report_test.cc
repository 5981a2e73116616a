// `octet-convert explain` on the bundled example.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "converter/command/convert.h"
#include "tests/converter/command/digits.h"

namespace octet::converter {
namespace {

using Json = nlohmann::json;

// The report's layout: a field and the types that it may have.
struct Field {
  const char* name;
  const char* types;  // of: n number, i integer, s string, a array, o object,
                      // b boolean, - null
};

constexpr Field kReport[] = {{"format", "i"},
                             {"model", "s"},
                             {"source", "s"},
                             {"converter", "s"},
                             {"method", "s"},
                             {"options", "a"},
                             {"calibration_samples", "i"},
                             {"measured_on_calibration", "b"},
                             {"samples", "i"},
                             {"parameters", "i"},
                             {"multiply_accumulates", "i"},
                             {"file_bytes", "i"},
                             {"outputs", "o"},
                             {"evaluation", "o-"},
                             {"layers", "a"},
                             {"concats", "a"},
                             {"raised_adds", "a"},
                             {"activations", "a"},
                             {"class_names", "a"},
                             {"worst_samples", "a"}};
constexpr Field kLayer[] = {{"name", "s"},
                            {"type", "s"},
                            {"output", "s"},
                            {"shape", "a"},
                            {"parameters", "i"},
                            {"multiply_accumulates", "i"},
                            {"weights", "s-"},
                            {"alone_sqnr_db", "n-"},
                            {"alone_weights_share", "n-"},
                            {"sqnr_db", "n-"},
                            {"scale", "n-"},
                            {"zero_point", "i-"},
                            {"lowest", "n-"},
                            {"highest", "n-"},
                            {"saturated", "n"},
                            {"channels", "i"},
                            {"constant_channels", "i"},
                            {"constant_channels_fp32", "i"},
                            {"widened_channels", "i"},
                            {"dead_channels", "i"}};
constexpr Field kActivation[] = {
    {"name", "s"},     {"count", "i"},    {"zeros", "i"},
    {"min", "n"},      {"max", "n"},      {"bin_width", "n"},
    {"negative", "a"}, {"positive", "a"}, {"ranges", "o"}};
constexpr Field kSample[] = {{"index", "i"},       {"name", "s"},
                             {"label", "i-"},      {"sqnr_db", "n-"},
                             {"fp32_class", "i-"}, {"int8_class", "i-"},
                             {"picture", "s-"}};

bool IsOfType(const Json& value, char type) {
  switch (type) {
    case 'n':
      return value.is_number();
    case 'i':
      return value.is_number_integer();
    case 's':
      return value.is_string();
    case 'a':
      return value.is_array();
    case 'o':
      return value.is_object();
    case 'b':
      return value.is_boolean();
    default:
      return value.is_null();
  }
}

template <size_t kCount>
void ExpectFields(const Json& json, const Field (&fields)[kCount]) {
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json.size(), kCount);
  for (const Field& field : fields) {
    ASSERT_TRUE(json.contains(field.name)) << field.name;
    bool fits = false;
    for (const char* type = field.types; *type != '\0'; ++type) {
      fits = fits || IsOfType(json[field.name], *type);
    }
    EXPECT_TRUE(fits) << field.name << ": " << json[field.name];
  }
}

class ExplainCommandTest : public ::testing::Test {
 protected:
  ConvertOptions MakeOptions() const {
    ConvertOptions options = DigitsOptions("");
    options.explain = true;
    options.report_path = folder_.Path("report.html");
    options.json_path = folder_.Path("report.json");
    options.evaluate_path = DigitsPath("test-images.idx3-ubyte");
    options.labels_path = DigitsPath("test-labels.idx1-ubyte");
    return options;
  }

  TemporaryFolder folder_;
};

TEST_F(ExplainCommandTest, WritesThePageAndTheFiguresAndNoModel) {
  const ConvertOptions options = MakeOptions();
  const Status status = Convert(options);
  ASSERT_TRUE(status.ok()) << status.message();
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder_.path())) {
    ++files;
    EXPECT_NE(entry.path().extension(), ".octet");
  }
  EXPECT_EQ(files, 2u);
  const Json json = Json::parse(ReadBytes(options.json_path));
  ExpectFields(json, kReport);
  EXPECT_GT(json["layers"].size(), 5u);
  for (const Json& layer : json["layers"]) ExpectFields(layer, kLayer);
  for (const Json& entry : json["activations"]) {
    ExpectFields(entry, kActivation);
    EXPECT_EQ(entry["ranges"].size(), 6u);
  }
  ASSERT_EQ(json["worst_samples"].size(), 8u);
  for (const Json& sample : json["worst_samples"]) {
    ExpectFields(sample, kSample);
    EXPECT_TRUE(sample["picture"].get<std::string>().starts_with(
        "data:image/png;base64,"));
  }
  EXPECT_EQ(json["samples"], 64);
  EXPECT_EQ(json["evaluation"]["samples"], 500);
  EXPECT_GT(json["outputs"]["sqnr_db"], 20.0);
  EXPECT_EQ(json["class_names"].size(), 10u);
  EXPECT_NE(ReadBytes(options.report_path).find("<!doctype html>"),
            std::string::npos);
}

TEST_F(ExplainCommandTest, EveryLayersOutputHasAHistogram) {
  const ConvertOptions options = MakeOptions();
  ASSERT_TRUE(Convert(options).ok());
  const Json json = Json::parse(ReadBytes(options.json_path));
  std::set<std::string> names;
  for (const Json& entry : json["activations"]) names.insert(entry["name"]);
  for (const Json& layer : json["layers"]) {
    EXPECT_TRUE(names.contains(layer["output"])) << layer["output"];
  }
}

TEST_F(ExplainCommandTest, AConversionWritesThePageToo) {
  ConvertOptions options = DigitsOptions(folder_.Path("digits.octet"));
  options.report_path = folder_.Path("report.html");
  const Status status = Convert(options);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_GT(std::filesystem::file_size(options.output_path), 1000u);
  // Without other samples, those of calibration.
  EXPECT_NE(
      ReadBytes(options.report_path).find("\"measured_on_calibration\": true"),
      std::string::npos);
}

TEST_F(ExplainCommandTest, TheFiguresDoNotDependOnThreads) {
  ConvertOptions options = MakeOptions();
  options.num_threads = 1;
  ASSERT_TRUE(Convert(options).ok());
  const std::string first = ReadBytes(options.json_path);
  options.num_threads = 3;
  ASSERT_TRUE(Convert(options).ok());
  EXPECT_EQ(ReadBytes(options.json_path), first);
}

}  // namespace
}  // namespace octet::converter
