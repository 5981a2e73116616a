#include "converter/passes/slice_gathers.h"

#include <numeric>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/node_cases/run_in_engine.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

const Shape kShape{3, 8, 5};

Graph GatherGraph(int axis, const Shape& shape, std::vector<int64_t> indices) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kShape);
  const ValueId from = graph.AddConstant(
      "indices", shape,
      ConstantData{schema::DataType::INT64, {}, std::move(indices)});
  graph.outputs = {Append(graph, "gather", Gather{axis}, {x, from})};
  return graph;
}

// The elements of an array of kShape that holds 0, 1, 2 ...
std::vector<float> Gathered(int axis, const std::vector<int64_t>& indices) {
  const int64_t size = kShape[axis];
  int64_t inner = 1;
  for (int i = axis + 1; i < kShape.rank; ++i) inner *= kShape[i];
  const int64_t outer = kShape.NumElements() / inner / size;
  std::vector<float> values;
  for (int64_t o = 0; o < outer; ++o) {
    for (const int64_t index : indices) {
      const int64_t at = o * size + (index < 0 ? index + size : index);
      for (int64_t i = 0; i < inner; ++i) {
        values.push_back(static_cast<float>(at * inner + i));
      }
    }
  }
  return values;
}

// The operators that the pass leaves; the values must be those of the Gather.
std::string Result(int axis, const Shape& shape,
                   const std::vector<int64_t>& indices) {
  Graph graph = GatherGraph(axis, shape, indices);
  const Value before = graph.value(graph.outputs[0]);
  EXPECT_TRUE(SliceGathers(graph).ok());
  EXPECT_TRUE(ValidateGraph(graph).ok());
  EXPECT_EQ(graph.value(graph.outputs[0]).name, before.name);
  EXPECT_EQ(graph.value(graph.outputs[0]).shape, before.shape);
  std::vector<float> input(size_t(kShape.NumElements()));
  std::iota(input.begin(), input.end(), 0.0f);
  const auto outputs = RunInEngine(graph, {{DataType::FLOAT32, input, {}}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  if (outputs.ok()) {
    EXPECT_EQ((*outputs)[0].floats, Gathered(axis, indices));
  }
  return Operators(graph);
}

TEST(SliceGathersTest, OneIndexDropsTheAxis) {
  EXPECT_EQ(Result(1, Shape{}, {5}), "Slice Reshape");
  EXPECT_EQ(Result(0, Shape{}, {-1}), "Slice Reshape");
  EXPECT_EQ(Result(2, {1}, {4}), "Slice");
}

TEST(SliceGathersTest, EqualDistances) {
  EXPECT_EQ(Result(1, {3}, {1, 3, 5}), "Slice");
  EXPECT_EQ(Result(1, {4}, {-1, 5, 3, 1}), "Slice");
  EXPECT_EQ(Result(2, {5}, {4, 3, 2, 1, 0}), "Slice");
}

TEST(SliceGathersTest, OthersStay) {
  EXPECT_EQ(Result(1, {3}, {1, 3, 4}), "Gather");
  EXPECT_EQ(Result(1, {2}, {2, 2}), "Gather");
  EXPECT_EQ(Result(0, {1, 2}, {0, 1}), "Gather");
}

// Such an index is read as the next one within the range.
TEST(SliceGathersTest, OutOfRangeStays) {
  Graph graph = GatherGraph(1, {1}, {8});
  ASSERT_TRUE(SliceGathers(graph).ok());
  EXPECT_EQ(Operators(graph), "Gather");
}

}  // namespace
}  // namespace octet::converter
