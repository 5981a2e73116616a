#include "converter/calibrate/calibrate.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using Samples = std::vector<std::vector<float>>;

SampleReader ReaderOf(const Samples& samples) {
  return [&samples](size_t i) -> Result<std::vector<std::vector<float>>> {
    return std::vector<std::vector<float>>{samples[i]};
  };
}

// x {1, 4} -> double = x + x -> clipped to [-1, 1].
Graph MakeGraph() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId sum = Append(graph, "double", Add{}, {x, x});
  graph.outputs = {Append(graph, "clip", Clamp{{-1.0f, 1.0f}}, {sum})};
  return graph;
}

TEST(CalibrateTest, MinMaxOfEveryActivationOverAllSamples) {
  const Graph graph = MakeGraph();
  Samples samples = {{0.5f, -0.25f, 0.0f, 0.1f},
                     {2.0f, 0.3f, 0.1f, 0.2f},
                     {-0.4f, 0.1f, 0.1f, 0.1f}};
  std::vector<size_t> progress;
  const auto ranges = Calibrate(graph, 3, ReaderOf(samples), {},
                                [&](size_t done, size_t total) {
                                  EXPECT_EQ(total, 3u);
                                  progress.push_back(done);
                                });
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  ASSERT_EQ(ranges->size(), graph.values.size());
  EXPECT_EQ((*ranges)[size_t(graph.inputs[0])], (Range{-0.4f, 2.0f}));
  EXPECT_EQ((*ranges)[size_t(graph.nodes[0].output)], (Range{-0.8f, 4.0f}));
  EXPECT_EQ((*ranges)[size_t(graph.nodes[1].output)], (Range{-0.8f, 1.0f}));
  EXPECT_EQ(progress, (std::vector<size_t>{1, 2, 3}));

  std::reverse(samples.begin(), samples.end());
  const auto reversed = Calibrate(graph, 3, ReaderOf(samples), {.threads = 3});
  ASSERT_TRUE(reversed.ok());
  EXPECT_EQ(*reversed, *ranges);
}

TEST(CalibrateTest, InfinityNamesTheTensorAndTheSample) {
  const Graph graph = MakeGraph();
  const float largest = std::numeric_limits<float>::max();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), largest}) {
    const Samples samples = {{0, 0, 0, 0}, {0, 0, 0, bad}};
    const auto ranges = Calibrate(graph, 2, ReaderOf(samples), {});
    ASSERT_FALSE(ranges.ok());
    const std::string& message = ranges.status().message();
    EXPECT_NE(message.find("sample 1"), std::string::npos) << message;
    // The largest float is fine as an input, its double is not.
    EXPECT_NE(message.find(bad == largest ? "'double:0'" : "'x'"),
              std::string::npos)
        << message;
  }
}

TEST(CalibrateTest, ErrorsOfTheCaller) {
  const Graph graph = MakeGraph();
  const Samples samples = {{0, 0, 0, 0}, {1, 2, 3}};
  EXPECT_FALSE(Calibrate(graph, 0, ReaderOf(samples), {}).ok());

  const auto unknown =
      Calibrate(graph, 1, ReaderOf(samples), {.method = "magic"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.status().message().find("'magic'"), std::string::npos);
  EXPECT_NE(unknown.status().message().find("minmax"), std::string::npos);

  const auto wrong_size = Calibrate(graph, 2, ReaderOf(samples), {});
  ASSERT_FALSE(wrong_size.ok());
  EXPECT_NE(wrong_size.status().message().find("sample 1: input 'x'"),
            std::string::npos)
      << wrong_size.status().message();

  const auto unreadable =
      Calibrate(graph, 1,
                [](size_t) -> Result<std::vector<std::vector<float>>> {
                  return IoError("cat.jpg: cannot be decoded");
                },
                {});
  ASSERT_FALSE(unreadable.ok());
  EXPECT_EQ(unreadable.status().code(), StatusCode::kIoError);
  EXPECT_NE(unreadable.status().message().find("sample 0: cat.jpg"),
            std::string::npos);
}

TEST(CalibrateTest, SeveralMethodsAndRulesInOnePass) {
  const Graph graph = MakeGraph();
  Samples samples;
  for (int i = 0; i < 40; ++i) {
    samples.push_back({0.01f * float(i), -1.0f, 0.5f, i == 20 ? 9.0f : 0.1f});
  }
  CalibrateOptions options;
  options.threads = 1;
  options.tensors = {{"double:0", Range{-3.0f, 5.0f}}, {"clip:0", "minmax"}};
  const std::vector<std::string> methods = RangeMethodNames();
  const auto ranges = CalibrateWithMethods(graph, samples.size(),
                                           ReaderOf(samples), methods, options);
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  ASSERT_EQ(ranges->size(), methods.size());
  for (size_t i = 0; i < methods.size(); ++i) {
    SCOPED_TRACE(methods[i]);
    EXPECT_EQ((*ranges)[i][size_t(graph.nodes[0].output)],
              (Range{-3.0f, 5.0f}));
    EXPECT_EQ((*ranges)[i][size_t(graph.nodes[1].output)],
              (Range{-1.0f, 1.0f}));
    options.method = methods[i];
    options.threads = 3;
    const auto alone =
        Calibrate(graph, samples.size(), ReaderOf(samples), options);
    ASSERT_TRUE(alone.ok());
    EXPECT_EQ(*alone, (*ranges)[i]);
    if (methods[i] == "moving-average") continue;
    Samples reversed(samples.rbegin(), samples.rend());
    const auto backwards =
        Calibrate(graph, samples.size(), ReaderOf(reversed), options);
    ASSERT_TRUE(backwards.ok());
    EXPECT_EQ(*backwards, (*ranges)[i]);
  }
}

TEST(CalibrateTest, ChosenTensorsAloneDifferByTheMethod) {
  const Graph graph = MakeGraph();
  Samples samples;
  for (int i = 0; i < 40; ++i) {
    samples.push_back({0.01f * float(i), -1.0f, 0.5f, i == 20 ? 9.0f : 0.1f});
  }
  const std::vector<std::string> methods = {"minmax", "moving-average", "mse"};
  std::vector<std::vector<Range>> inspected;
  CalibrateOptions options;
  options.threads = 1;
  options.method = "percentile";
  options.tensors = {{"double:0", AutoRule{}}};
  options.inspect = [&](const std::string&, const ActivationStatistics&,
                        const std::vector<Range>& ranges) {
    inspected.push_back(ranges);
  };
  const auto mixed = CalibrateWithMethods(graph, samples.size(),
                                          ReaderOf(samples), methods, options);
  ASSERT_TRUE(mixed.ok()) << mixed.status().message();
  options.inspect = nullptr;
  options.tensors.clear();
  const auto others =
      Calibrate(graph, samples.size(), ReaderOf(samples), options);
  ASSERT_TRUE(others.ok());
  const size_t chosen = size_t(graph.nodes[0].output);
  for (size_t i = 0; i < methods.size(); ++i) {
    SCOPED_TRACE(methods[i]);
    options.method = methods[i];
    Ranges expected = *others;
    const auto alone =
        Calibrate(graph, samples.size(), ReaderOf(samples), options);
    ASSERT_TRUE(alone.ok());
    expected[chosen] = (*alone)[chosen];
    EXPECT_EQ((*mixed)[i], expected);
  }
  EXPECT_NE((*mixed)[0], (*mixed)[1]);
  // What is shown has every method, whatever the rules say.
  ASSERT_EQ(inspected.size(), 1 + graph.nodes.size());
  const std::vector<std::string> names = RangeMethodNames();
  for (size_t i = 0; i < names.size(); ++i) {
    options.method = names[i];
    const auto alone =
        Calibrate(graph, samples.size(), ReaderOf(samples), options);
    ASSERT_TRUE(alone.ok());
    EXPECT_EQ(inspected[1][i], (*alone)[chosen]) << names[i];
  }
}

TEST(CalibrateTest, RulesThatFitNothing) {
  const Graph graph = MakeGraph();
  const Samples samples = {{0, 0, 0, 0}};
  CalibrateOptions options;
  options.tensors = {{"nobody", "minmax"}};
  const auto tensor = Calibrate(graph, 1, ReaderOf(samples), options);
  ASSERT_FALSE(tensor.ok());
  EXPECT_NE(tensor.status().message().find("'nobody'"), std::string::npos);
  options.tensors = {{"clip:0", "magic"}};
  const auto method = Calibrate(graph, 1, ReaderOf(samples), options);
  ASSERT_FALSE(method.ok());
  EXPECT_NE(method.status().message().find("'magic'"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
