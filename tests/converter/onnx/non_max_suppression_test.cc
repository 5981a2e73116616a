#include "gtest/gtest.h"
#include "tests/converter/node_cases/run_in_engine.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// Boxes 0 and 1 overlap by 0.8, box 2 is apart; the last class likes none.
ModelBuilder Detector() {
  ModelBuilder model;
  model.Input("boxes", {1, 3, 4}).Input("scores", {1, 2, 3}).Output("y");
  model.Integers("most", {2});
  model.Constant("iou", {1}, {0.5f}).Constant("least", {1}, {0.3f});
  return model;
}

TEST(NonMaxSuppressionTest, RowsBehindTheLastBoxAreMinusOne) {
  ModelBuilder model = Detector();
  model.Node("NonMaxSuppression", {"boxes", "scores", "most", "iou", "least"},
             "y");
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Floats boxes = {0, 0, 10, 10, 0, 0, 8, 10, 20, 20, 30, 30};
  const Floats scores = {0.9f, 0.95f, 0.5f, 0.1f, 0.2f, 0.31f};
  const auto outputs = RunInEngine(*graph, {{DataType::FLOAT32, boxes, {}},
                                            {DataType::FLOAT32, scores, {}}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ((*outputs)[0].integers,
            (std::vector<int64_t>{0, 0, 1, 0, 0, 2, 0, 1, 2, -1, -1, -1}));
}

TEST(NonMaxSuppressionTest, TheNumberOfBoxesMustBeKnown) {
  ModelBuilder model = Detector();
  model.Node("NonMaxSuppression", {"boxes", "scores"}, "y");
  EXPECT_NE(model.ImportError().find("max_output_boxes_per_class"),
            std::string::npos);
}

}  // namespace
}  // namespace octet::converter
