#include "converter/command/head_option.h"

#include <gtest/gtest.h>

#include <fstream>

namespace octet::converter {
namespace {

schema::HeadT Make(const std::string& head, std::vector<std::string> names,
                   const std::vector<OutputSpec>& outputs) {
  Result<schema::HeadT> result = MakeHead(head, std::move(names), outputs);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? *result : schema::HeadT();
}

// The error of a description, or "".
std::string ErrorOf(const std::string& description,
                    const std::vector<OutputSpec>& outputs) {
  const std::string path = ::testing::TempDir() + "head_option_test.json";
  std::ofstream(path) << description;
  const std::string message = MakeHead(path, {}, outputs).status().message();
  if (message.empty()) return message;
  EXPECT_NE(message.find(path), std::string::npos) << message;
  return message;
}

const std::vector<OutputSpec> kRows = {{"out", {1, 3549, 85}}};

TEST(HeadOptionTest, KnownHeads) {
  schema::HeadT head = Make("yolox", {}, kRows);
  EXPECT_EQ(head.kind, schema::HeadKind::DETECTION);
  EXPECT_EQ(head.axis, 2);
  EXPECT_EQ(head.boxes->axis, 2);
  EXPECT_EQ(head.boxes->num_classes, 80);
  EXPECT_EQ(head.boxes->grids.size(), 3u);

  head = Make("yolov8", {}, {{"out", {1, 84, 8400}}});
  EXPECT_EQ(head.axis, 1);
  EXPECT_EQ(head.boxes->axis, 1);
  EXPECT_EQ(head.boxes->num_classes, 80);

  // Outputs in any order, found by their names.
  head = Make("ultraface", {"face"},
              {{"boxes", {1, 4420, 4}}, {"scores", {1, 4420, 2}}});
  EXPECT_EQ(head.output, 1u);
  EXPECT_EQ(head.boxes->output, 0u);
  EXPECT_EQ(head.boxes->first_class, 1);
  EXPECT_EQ(head.boxes->num_classes, 1);
  EXPECT_EQ(head.names, std::vector<std::string>{"face"});

  head = Make("ppocr", {"a", "b"}, {{"out", {1, 40, 4}}});
  EXPECT_EQ(head.kind, schema::HeadKind::TEXT);
  EXPECT_EQ(head.axis, 2);
  EXPECT_EQ(head.names, (std::vector<std::string>{"a", "b", " "}));
}

// A picture of fields has them first or last; how many there are tells.
TEST(HeadOptionTest, DimensionOfClassesIsFoundByTheirNumber) {
  const std::vector<std::string> names(80, "x");
  EXPECT_EQ(Make("fastestdet", names, {{"o", {1, 22, 22, 85}}}).axis, 3);
  EXPECT_EQ(Make("fastestdet", names, {{"o", {1, 85, 22, 22}}}).axis, 1);
  const Result<schema::HeadT> unknown =
      MakeHead("fastestdet", {}, {{"o", {1, 22, 22, 85}}});
  EXPECT_NE(unknown.status().message().find("--class-names"),
            std::string::npos);
  const std::vector<std::string> wrong(79, "x");
  const Result<schema::HeadT> none =
      MakeHead("fastestdet", wrong, {{"o", {1, 22, 22, 85}}});
  EXPECT_NE(none.status().message().find("84"), std::string::npos);
}

TEST(HeadOptionTest, Descriptions) {
  EXPECT_EQ(ErrorOf(R"({"kind": "detection", "boxes": {"coding": "corners",
                        "first_class": 4, "function": "sigmoid"}})",
                    kRows),
            "");
  EXPECT_EQ(ErrorOf(R"({"kind": "segmentation", "classes": 21})",
                    {{"o", {1, 257, 257, 21}}}),
            "");
}

TEST(HeadOptionTest, ErrorsNameTheKey) {
  const auto expect = [](const std::string& description,
                         const std::string& part) {
    const std::string message = ErrorOf(description, kRows);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect("[]", "JSON object");
  expect("{", "JSON object");
  expect(R"({"kind": "classes"})", "'kind'");
  expect(R"({"kind": 3})", "'kind'");
  expect(R"({"kind": "detection"})", "'boxes'");
  expect(R"({"kind": "text", "treshold": 1})", "'treshold'");
  expect(R"({"kind": "text", "threshold": "x"})", "'threshold'");
  expect(R"({"kind": "text", "output": "scores"})", "out");
  expect(R"({"kind": "text", "output": 1})", "'output'");
  expect(R"({"kind": "text", "axis": 3})", "'axis'");
  expect(R"({"kind": "segmentation", "classes": 84})", "84");
  expect(R"({"kind": "segmentation", "classes": 1.5})", "'classes'");
  expect(R"({"boxes": {"grids": 8}})", "'grids'");
  expect(R"({"boxes": {"grids": [0]}})", "'stride'");
  expect(R"({"boxes": {"grids": [{"stride": 8, "sizes": ["x"]}]}})", "'sizes'");
  expect(R"({"boxes": {"code": "corners"}})", "'code'");
  const std::string unknown = MakeHead("yolo99", {}, kRows).status().message();
  EXPECT_NE(unknown.find("yolox"), std::string::npos) << unknown;
}

TEST(HeadOptionTest, MoreSymbolsThanScoresAreRefused) {
  EXPECT_FALSE(MakeHead("ctc", {"a", "b", "c"}, {{"o", {1, 9, 3}}}).ok());
  EXPECT_TRUE(MakeHead("ctc", {"a", "b"}, {{"o", {1, 9, 3}}}).ok());
}

}  // namespace
}  // namespace octet::converter
