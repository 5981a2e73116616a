#include "converter/command/range_config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/converter/command/digits.h"

namespace octet::converter {
namespace {

Result<RangeConfig> Read(const std::string& text) {
  TemporaryFolder folder;
  std::ofstream(folder.Path("ranges.json")) << text;
  return ReadRangeConfig(folder.Path("ranges.json"));
}

TEST(RangeConfigTest, MethodsAndRanges) {
  const auto rules = Read(R"({"a:0": "kl", "b": [-1.5, 30], "c": "auto"})");
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_EQ(rules->tensors,
            (std::map<std::string, TensorRule>{
                {"a:0", "kl"}, {"b", Range{-1.5f, 30.0f}}, {"c", AutoRule{}}}));
}

TEST(RangeConfigTest, WeightsOfLayers) {
  const auto rules = Read(R"({"a": "kl", "conv": {"weights": "ternary"}})");
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_EQ(rules->tensors.size(), 1u);
  EXPECT_EQ(
      rules->grids,
      (std::map<std::string, WeightGrid>{{"conv", WeightGrid::kTernary}}));
}

TEST(RangeConfigTest, ErrorsNameTheFileAndTheTensor) {
  for (const char* text :
       {"", "[1, 2]", "{", R"({"a": "magic"})", R"({"a": [1]})",
        R"({"a": [2, 1]})", R"({"a": [0, 1e300]})", R"({"a": [0, "1"]})",
        R"({"a": 3})", R"({"a": {}})", R"({"a": {"weights": "int3"}})",
        R"({"a": {"weights": "int4", "bias": 1}})"}) {
    const auto rules = Read(text);
    ASSERT_FALSE(rules.ok()) << text;
    const std::string& message = rules.status().message();
    EXPECT_NE(message.find("ranges.json"), std::string::npos) << message;
    if (text[0] == '{' && text[1] != '\0') {
      EXPECT_NE(message.find("'a'"), std::string::npos) << message;
    }
  }
  EXPECT_FALSE(ReadRangeConfig("/does/not/exist.json").ok());
}

}  // namespace
}  // namespace octet::converter
