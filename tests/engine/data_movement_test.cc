// Concat, Reshape, Transpose, Pad and Slice: whole, against their definitions
// element by element.

#include <gtest/gtest.h>

#include <functional>

#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

using Index = std::vector<int32_t>;

// Calls visit(index) for every element of `shape`, in memory order.
void ForEachIndex(const Shape& shape,
                  const std::function<void(const Index&)>& visit) {
  Index index(static_cast<size_t>(shape.rank));
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    int64_t rest = i;
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      index[static_cast<size_t>(axis)] =
          static_cast<int32_t>(rest % shape[axis]);
      rest /= shape[axis];
    }
    visit(index);
  }
}

int8_t At(const Shape& shape, const std::vector<int8_t>& data,
          const Index& index) {
  size_t at = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    at = at * static_cast<size_t>(shape[axis]) +
         static_cast<size_t>(index[static_cast<size_t>(axis)]);
  }
  return data[at];
}

// One operator with one input; `source` gives the input's element for an
// output index, or an empty index for `outside`.
template <typename Options>
void TestMovement(Options options, const Shape& input, const Shape& output,
                  const std::function<Index(const Index&)>& source,
                  int8_t outside = 0) {
  Random random(CaseSeed(input.ToString() + output.ToString()));
  const auto data = RandomValues(input.NumElements(), random);
  std::vector<int8_t> expected;
  ForEachIndex(output, [&](const Index& index) {
    const Index from = source(index);
    expected.push_back(from.empty() && input.rank > 0 ? outside
                                                      : At(input, data, from));
  });
  ModelBuilder builder;
  const int from = builder.Input(input, {0.5f, 3});
  builder.Output(
      builder.Operator(std::move(options), {from}, output, {0.5f, 3}));
  ExpectOutputs(builder.Finish(), {data}, {expected},
                input.ToString() + " -> " + output.ToString());
}

void TestTranspose(const Shape& input, const Index& permutation) {
  schema::TransposeT options;
  options.permutation = permutation;
  Shape output = input;
  for (size_t i = 0; i < permutation.size(); ++i) {
    output.dims[i] = input[permutation[i]];
  }
  TestMovement(std::move(options), input, output, [&](const Index& index) {
    Index from(index.size());
    for (size_t i = 0; i < index.size(); ++i) {
      from[static_cast<size_t>(permutation[i])] = index[i];
    }
    return from;
  });
}

TEST(TransposeTest, MatchesDefinition) {
  TestTranspose({1, 4, 5, 7}, {0, 3, 1, 2});
  TestTranspose({2, 7, 4, 5}, {0, 2, 3, 1});
  TestTranspose({3, 4, 5}, {2, 1, 0});
  TestTranspose({3, 4, 5}, {0, 1, 2});
  TestTranspose({6, 9}, {1, 0});
  TestTranspose({8}, {0});
  TestTranspose({1, 1, 1}, {2, 0, 1});
  TestTranspose({2, 3, 2, 3, 2, 3}, {5, 0, 3, 4, 1, 2});
  TestTranspose({2, 1, 5, 1, 3}, {3, 0, 1, 2, 4});
  TestTranspose({1, 9, 11, 19}, {0, 3, 1, 2});  // tiles, and what is left
  TestTranspose({2, 21, 5, 7}, {0, 2, 3, 1});
  TestTranspose({17, 3, 24}, {2, 1, 0});
}

void TestSlice(const Shape& input, const Index& begin, const Index& step,
               const Shape& output) {
  schema::SliceT options;
  options.begin = begin;
  options.step = step;
  TestMovement(std::move(options), input, output, [&](const Index& index) {
    Index from(index.size());
    for (size_t i = 0; i < index.size(); ++i) {
      from[i] = begin[i] + index[i] * step[i];
    }
    return from;
  });
}

TEST(SliceTest, MatchesDefinition) {
  TestSlice({10}, {2}, {1}, {5});
  TestSlice({10}, {9}, {-3}, {4});
  TestSlice({1, 6, 8, 5}, {0, 1, 0, 0}, {1, 2, 3, 1}, {1, 3, 3, 5});
  TestSlice({1, 6, 8, 5}, {0, 5, 7, 4}, {1, -1, -1, -1}, {1, 6, 8, 5});
  TestSlice({2, 6, 8, 4}, {0, 0, 0, 2}, {1, 1, 1, 1}, {2, 6, 8, 2});
  TestSlice({4, 5, 6}, {3, 2, 1}, {-2, 7, 4}, {2, 1, 2});
  TestSlice({4, 5}, {1, 0}, {1, 1}, {2, 5});
}

void TestPad(const Shape& input, const Index& begin, const Index& end,
             int8_t value) {
  schema::PadT options;
  options.begin = begin;
  options.end = end;
  options.value = value;
  Shape output = input;
  for (size_t i = 0; i < begin.size(); ++i) {
    output.dims[i] += begin[i] + end[i];
  }
  TestMovement(
      std::move(options), input, output,
      [&](const Index& index) {
        Index from(index.size());
        for (size_t i = 0; i < index.size(); ++i) {
          from[i] = index[i] - begin[i];
          if (from[i] < 0 || from[i] >= input.dims[i]) return Index();
        }
        return from;
      },
      value);
}

TEST(PadTest, MatchesDefinition) {
  TestPad({1, 4, 5, 3}, {0, 1, 2, 0}, {0, 3, 0, 0}, 3);
  TestPad({1, 4, 5, 3}, {0, 1, 2, 4}, {0, 0, 0, 1}, -128);
  TestPad({7}, {3}, {9}, 127);
  TestPad({2, 3}, {1, 0}, {2, 0}, 0);
  TestPad({2, 2, 2, 2, 2, 2}, {1, 0, 1, 0, 1, 0}, {0, 1, 0, 1, 0, 1}, 5);
  TestPad({3, 2}, {0, 0}, {0, 0}, 5);
}

void TestConcat(const std::vector<Shape>& inputs, int axis,
                size_t constant_input) {
  Random random(CaseSeed(inputs[0].ToString()));
  Shape output = inputs[0];
  output[axis] = 0;
  for (const Shape& shape : inputs) output[axis] += shape[axis];
  ModelBuilder builder;
  std::vector<std::vector<int8_t>> data;
  std::vector<std::vector<int8_t>> given;
  std::vector<int> tensors;
  for (const Shape& shape : inputs) {
    data.push_back(RandomValues(shape.NumElements(), random));
    if (tensors.size() == constant_input) {
      tensors.push_back(builder.Constant(shape, data.back(), {0.5f, 3}));
    } else {
      tensors.push_back(builder.Input(shape, {0.5f, 3}));
      given.push_back(data.back());
    }
  }
  std::vector<int8_t> expected;
  ForEachIndex(output, [&](const Index& index) {
    Index from = index;
    size_t input = 0;
    while (from[static_cast<size_t>(axis)] >= inputs[input][axis]) {
      from[static_cast<size_t>(axis)] -= inputs[input++][axis];
    }
    expected.push_back(At(inputs[input], data[input], from));
  });
  schema::ConcatT options;
  options.axis = axis;
  builder.Output(
      builder.Operator(std::move(options), tensors, output, {0.5f, 3}));
  ExpectOutputs(builder.Finish(), given, {expected}, output.ToString());
}

TEST(ConcatTest, MatchesDefinition) {
  TestConcat({{1, 3, 4, 5}, {1, 3, 4, 2}}, 3, 9);
  TestConcat({{1, 3, 4, 5}, {1, 3, 4, 2}, {1, 3, 4, 1}}, 3, 1);
  TestConcat({{2, 3}, {1, 3}, {4, 3}}, 0, 0);
  TestConcat({{2, 3, 2}, {2, 5, 2}}, 1, 9);
  TestConcat({{6}}, 0, 9);
}

schema::SliceT SliceOptions(const Index& begin, const Index& step) {
  schema::SliceT options;
  options.begin = begin;
  options.step = step;
  return options;
}

// The four pixels of each 2x2 block side by side: every Slice writes into its
// place in the Concat.
TEST(ConcatTest, OfStridedSlices) {
  Random random(TestSeed());
  const Shape shape = {1, 6, 10, 3};
  const auto data = RandomValues(shape.NumElements(), random);
  ModelBuilder builder;
  const int input = builder.Input(shape, {0.5f, 3});
  std::vector<int> slices;
  for (int32_t i = 0; i < 4; ++i) {
    slices.push_back(
        builder.Operator(SliceOptions({0, i % 2, i / 2, 0}, {1, 2, 2, 1}),
                         {input}, {1, 3, 5, 3}, {0.5f, 3}));
  }
  schema::ConcatT concat;
  concat.axis = 3;
  const Shape output = {1, 3, 5, 12};
  builder.Output(
      builder.Operator(std::move(concat), slices, output, {0.5f, 3}));
  std::vector<int8_t> expected;
  ForEachIndex(output, [&](const Index& index) {
    const int32_t block = index[3] / 3;
    expected.push_back(At(
        shape, data,
        {0, 2 * index[1] + block % 2, 2 * index[2] + block / 2, index[3] % 3}));
  });
  ExpectOutputs(builder.Finish(), {data}, {expected}, ReplayHint());
}

// Some channels, as a view, of which copies read every second pixel and every
// channel, backwards.
TEST(SliceTest, CopiesOfAView) {
  Random random(TestSeed());
  const Shape shape = {1, 4, 6, 9};
  const auto data = RandomValues(shape.NumElements(), random);
  ModelBuilder builder;
  const int input = builder.Input(shape, {0.5f, 3});
  const int view = builder.Operator(SliceOptions({0, 0, 0, 2}, {1, 1, 1, 1}),
                                    {input}, {1, 4, 6, 5}, {0.5f, 3});
  const Shape thinned = {1, 2, 3, 5};
  builder.Output(builder.Operator(SliceOptions({0, 1, 5, 4}, {1, 2, -2, -1}),
                                  {view}, thinned, {0.5f, 3}));
  schema::TransposeT transpose;
  transpose.permutation = {0, 3, 1, 2};
  const Shape planes = {1, 5, 4, 6};
  builder.Output(
      builder.Operator(std::move(transpose), {view}, planes, {0.5f, 3}));
  std::vector<int8_t> expected, transposed;
  ForEachIndex(thinned, [&](const Index& index) {
    expected.push_back(
        At(shape, data,
           {0, 1 + 2 * index[1], 5 - 2 * index[2], 2 + 4 - index[3]}));
  });
  ForEachIndex(planes, [&](const Index& index) {
    transposed.push_back(
        At(shape, data, {0, index[2], index[3], 2 + index[1]}));
  });
  ExpectOutputs(builder.Finish(), {data}, {expected, transposed}, ReplayHint());
}

TEST(ReshapeTest, SharesMemory) {
  // input -> Reshape -> Lookup -> Reshape: both ends are aliases.
  Random random(TestSeed());
  const Shape shape = {2, 3, 4};
  const auto input = RandomValues(24, random);
  const auto values = RandomValues(256, random);
  ModelBuilder builder;
  const int from = builder.Input(shape, {0.5f, 3});
  const int flat =
      builder.Operator(schema::ReshapeT(), {from}, {24}, {0.5f, 3});
  schema::LookupT lookup;
  lookup.values = values;
  const int mapped =
      builder.Operator(std::move(lookup), {flat}, {24}, {0.5f, 3});
  const int to =
      builder.Operator(schema::ReshapeT(), {mapped}, {4, 6}, {0.5f, 3});
  builder.Output(to);
  builder.Output(flat);
  std::vector<int8_t> expected;
  for (const int8_t value : input) {
    expected.push_back(values[static_cast<size_t>(value + 128)]);
  }
  ExpectOutputs(builder.Finish(), {input}, {expected, input}, ReplayHint());
}

TEST(ReshapeTest, OfConstant) {
  Random random(TestSeed());
  const auto constant = RandomValues(6, random);
  ModelBuilder builder;
  const int unused = builder.Input({1}, {0.5f, 3});
  const int from = builder.Constant({2, 3}, constant, {0.5f, 3});
  builder.Output(
      builder.Operator(schema::ReshapeT(), {from}, {3, 2}, {0.5f, 3}));
  builder.Output(unused);
  ExpectOutputs(builder.Finish(), {{7}}, {constant, {7}}, ReplayHint());
}

}  // namespace
}  // namespace octet
