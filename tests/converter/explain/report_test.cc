#include "converter/explain/report.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace octet::converter {
namespace {

using Json = nlohmann::json;

constexpr char kHostile[] = "</script><b>&\"'\\ {{data}} {{script}}";

Explanation MakeExplanation() {
  Explanation explanation;
  explanation.model = kHostile;
  explanation.samples = 3;
  explanation.outputs = {21.5, 0.25};
  LayerExplanation layer;
  layer.name = kHostile;
  layer.shape = {1, 2, 3};
  layer.alone.sqnr_db = std::numeric_limits<double>::infinity();
  layer.sqnr_db = 33.0;
  explanation.layers = {layer};
  explanation.class_names = {kHostile};
  SampleExplanation sample;
  sample.name = kHostile;
  explanation.worst_samples = {sample};
  return explanation;
}

std::string MakeJson() {
  ReportContext context;
  context.source = kHostile;
  return ReportToJson(MakeExplanation(), nullptr, {}, context);
}

TEST(ReportTest, FiguresAreInTheJson) {
  const Json json = Json::parse(MakeJson());
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["model"], kHostile);
  EXPECT_EQ(json["outputs"]["sqnr_db"], 21.5);
  EXPECT_EQ(json["outputs"]["weights_share"], 0.25);
  EXPECT_TRUE(json["evaluation"].is_null());
  const Json& layer = json["layers"][0];
  EXPECT_EQ(layer["name"], kHostile);
  EXPECT_EQ(layer["shape"], (std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(layer["alone_sqnr_db"].is_null());
  EXPECT_TRUE(layer["alone_weights_share"].is_null());
  EXPECT_EQ(layer["sqnr_db"], 33.0);
  EXPECT_TRUE(layer["weights"].is_null());
  EXPECT_TRUE(json["worst_samples"][0]["label"].is_null());
  EXPECT_TRUE(json["worst_samples"][0]["picture"].is_null());
}

TEST(ReportTest, ThePageHoldsTheSameJsonAndNoNameLeavesIt) {
  const std::string json = MakeJson();
  const std::string page = ReportToHtml(json);
  EXPECT_EQ(page.find(kHostile), std::string::npos);
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const size_t from = page.find(begin);
  ASSERT_NE(from, std::string::npos);
  const size_t to = page.find("</script>", from);
  EXPECT_EQ(
      Json::parse(page.substr(from + begin.size(), to - from - begin.size())),
      Json::parse(json));
  // Nothing of a name is markup: one script of data and one of code.
  size_t scripts = 0;
  for (size_t at = page.find("<script"); at != std::string::npos;
       at = page.find("<script", at + 1)) {
    ++scripts;
  }
  EXPECT_EQ(scripts, 2u);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
}

TEST(ReportTest, ThePageLoadsNothing) {
  const std::string page = ReportToHtml(MakeJson());
  for (const char* part : {"http:", "https:", "//", "@import", "url(", "src=\"",
                           "<link", "fetch(", "XMLHttpRequest"}) {
    size_t at = page.find(part);
    // Comments of the script begin with slashes and a blank.
    while (std::string(part) == "//" && at != std::string::npos &&
           page[at + 2] == ' ') {
      at = page.find(part, at + 2);
    }
    EXPECT_EQ(at, std::string::npos) << part << page.substr(at, 40);
  }
}

}  // namespace
}  // namespace octet::converter
