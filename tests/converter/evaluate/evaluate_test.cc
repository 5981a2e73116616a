#include "converter/evaluate/evaluate.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "converter/calibrate/calibrate.h"
#include "converter/export/export_model.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

class RandomSamples : public SampleSource {
 public:
  size_t size() const override { return 10; }
  std::string Name(size_t index) const override {
    return std::to_string(index);
  }
  Result<Sample> Read(size_t index) const override {
    return Sample{{RandomFloats(8 * 8 * 3, 1.0f, 100 + index)}, kNoLabel};
  }
};

Result<Evaluation> EvaluateAgainst(const Graph& graph, const Graph* original) {
  const RandomSamples samples;
  OCTET_ASSIGN_OR_RETURN(
      const Ranges ranges,
      Calibrate(graph, samples.size(),
                [&](size_t i) -> Result<std::vector<std::vector<float>>> {
                  return (*samples.Read(i)).inputs;
                },
                {}));
  OCTET_ASSIGN_OR_RETURN(const QuantizedModel quantized,
                         Quantize(graph, ranges, {}));
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes,
                         ExportModel(quantized.model, {}));
  OCTET_ASSIGN_OR_RETURN(auto model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  return Evaluate(graph, quantized, std::move(model), samples,
                  {.original = original}, [](size_t, size_t) {});
}

// Outputs are compared with the original, layers with the graph itself.
TEST(EvaluateTest, OutputsAreComparedWithTheOriginal) {
  Graph original;
  const ValueId x = AddInput(original, "x", {1, 8, 8, 3});
  original.outputs = {AppendConv(original, "a", x, 4, 3, 1)};
  Graph graph = original;
  for (size_t input : {1, 2}) {
    ValueId& id = graph.nodes[0].inputs[input];
    std::vector<float> doubled = *graph.value(id).data;
    for (float& value : doubled) value *= 2.0f;
    id = graph.AddConstant("doubled", graph.value(id).shape, doubled);
  }
  const auto same = EvaluateAgainst(graph, nullptr);
  const auto other = EvaluateAgainst(graph, &original);
  ASSERT_TRUE(same.ok()) << same.status().message();
  ASSERT_TRUE(other.ok()) << other.status().message();
  EXPECT_GT(same->sqnr_db, 30.0);
  // The noise is as large as the signal.
  EXPECT_NEAR(other->sqnr_db, 0.0, 0.1);
  ASSERT_EQ(other->layers.size(), 1u);
  EXPECT_EQ(other->layers[0].sqnr_db, same->layers[0].sqnr_db);
}

}  // namespace
}  // namespace octet::converter
