// Operators that move values, on tensors of every type, against their
// definitions element by element; and Cast, Quantize and Dequantize.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <type_traits>

#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/random.h"
#include "tests/reference/float_operators.h"

namespace octet {
namespace {

using reference::ForEachIndex;
using Index = std::vector<int64_t>;
using Type = schema::DataType;

template <typename T>
Type TypeOf() {
  if constexpr (std::is_same_v<T, int8_t>) return Type::INT8;
  if constexpr (std::is_same_v<T, uint8_t>) return Type::UINT8;
  if constexpr (std::is_same_v<T, int32_t>) return Type::INT32;
  if constexpr (std::is_same_v<T, float>) return Type::FLOAT32;
  return Type::INT64;
}

// Values that differ from their neighbours.
template <typename T>
std::vector<T> Values(const Shape& shape) {
  std::vector<T> values;
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    values.push_back(static_cast<T>(i * 37 % 101 - 20));
  }
  return values;
}

template <typename T>
T At(const Shape& shape, const std::vector<T>& values, const Index& index) {
  size_t at = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    at = at * static_cast<size_t>(shape[axis]) +
         static_cast<size_t>(index[static_cast<size_t>(axis)]);
  }
  return values[at];
}

template <typename T>
class TypedMovement : public testing::Test {
 protected:
  int Input(const Shape& shape) {
    if constexpr (std::is_same_v<T, int8_t>) {
      return builder_.Input(shape, TestQuantization{0.5f, 3});
    }
    return builder_.Input(shape, TypeOf<T>());
  }

  template <typename Options>
  void Apply(Options options, const std::vector<int>& inputs,
             const Shape& output) {
    if constexpr (std::is_same_v<T, int8_t>) {
      builder_.Output(builder_.Operator(std::move(options), inputs, output,
                                        TestQuantization{0.5f, 3}));
    } else {
      builder_.Output(
          builder_.Operator(std::move(options), inputs, output, TypeOf<T>()));
    }
  }

  // `source` gives the value of an output index.
  void Expect(const std::vector<Bytes>& inputs, const Shape& output,
              const std::function<T(const Index&)>& source) {
    std::vector<T> expected;
    ForEachIndex(output,
                 [&](const Index& at) { expected.push_back(source(at)); });
    ExpectBytes(builder_.Finish(), inputs, {BytesOf(expected)},
                output.ToString());
  }

  ModelBuilder builder_;
};

using Types = testing::Types<int8_t, uint8_t, int32_t, int64_t, float>;
TYPED_TEST_SUITE(TypedMovement, Types);

TYPED_TEST(TypedMovement, Concat) {
  const Shape a = {2, 3, 4}, b = {2, 5, 4};
  schema::ConcatT options;
  options.axis = 1;
  this->Apply(std::move(options), {this->Input(a), this->Input(b)}, {2, 8, 4});
  const auto values_a = Values<TypeParam>(a), values_b = Values<TypeParam>(b);
  this->Expect({BytesOf(values_a), BytesOf(values_b)}, {2, 8, 4},
               [&](Index at) {
                 if (at[1] < 3) return At(a, values_a, at);
                 at[1] -= 3;
                 return At(b, values_b, at);
               });
}

TYPED_TEST(TypedMovement, ConcatOfOperatorsAlongTheLastDimension) {
  const Shape shape = {3, 5};
  const int input = this->Input(shape);
  schema::SliceT slice;
  slice.begin = {0, 4};
  slice.step = {1, -1};
  this->Apply(std::move(slice), {input}, shape);
  this->builder_.model().outputs.clear();
  schema::ConcatT options;
  options.axis = 1;
  this->Apply(std::move(options), {input + 1, input}, {3, 10});
  const auto values = Values<TypeParam>(shape);
  this->Expect({BytesOf(values)}, {3, 10}, [&](const Index& at) {
    return At(shape, values, {at[0], at[1] < 5 ? 4 - at[1] : at[1] - 5});
  });
}

TYPED_TEST(TypedMovement, Transpose) {
  const Shape input = {2, 3, 4, 5};
  schema::TransposeT options;
  options.permutation = {2, 0, 3, 1};
  this->Apply(std::move(options), {this->Input(input)}, {4, 2, 5, 3});
  const auto values = Values<TypeParam>(input);
  this->Expect({BytesOf(values)}, {4, 2, 5, 3}, [&](const Index& at) {
    return At(input, values, {at[1], at[3], at[0], at[2]});
  });
}

TYPED_TEST(TypedMovement, Pad) {
  const Shape input = {2, 3, 4};
  schema::PadT options;
  options.begin = {0, 1, 30};
  options.end = {1, 0, 2};
  options.value = 7;
  options.float_value = 7.0f;
  options.integer_value = 7;
  const Shape output = {3, 4, 36};
  this->Apply(std::move(options), {this->Input(input)}, output);
  const auto values = Values<TypeParam>(input);
  this->Expect({BytesOf(values)}, output, [&](const Index& at) {
    const bool inside = at[0] < 2 && at[1] >= 1 && at[2] >= 30 && at[2] < 34;
    return inside ? At(input, values, {at[0], at[1] - 1, at[2] - 30})
                  : TypeParam{7};
  });
}

TYPED_TEST(TypedMovement, Expand) {
  const Shape input = {3, 1, 4};
  this->Apply(schema::ExpandT(), {this->Input(input)}, {2, 3, 5, 4});
  const auto values = Values<TypeParam>(input);
  this->Expect({BytesOf(values)}, {2, 3, 5, 4}, [&](const Index& at) {
    return At(input, values, {at[1], 0, at[3]});
  });
}

TYPED_TEST(TypedMovement, Where) {
  const Shape a = {3, 4}, b = {2, 1, 4}, condition = {3, 1};
  const int selector = this->builder_.Input(condition, Type::BOOL);
  this->Apply(schema::WhereT(), {selector, this->Input(a), this->Input(b)},
              {2, 3, 4});
  const auto values_a = Values<TypeParam>(a), values_b = Values<TypeParam>(b);
  this->Expect({{1, 0, 1}, BytesOf(values_a), BytesOf(values_b)}, {2, 3, 4},
               [&](const Index& at) {
                 return at[1] != 1 ? At(a, values_a, {at[1], at[2]})
                                   : At(b, values_b, {at[0], 0, at[2]});
               });
}

TYPED_TEST(TypedMovement, Gather) {
  const Shape input = {2, 5, 3};
  const int tensor = this->Input(input);
  const int indices = this->builder_.Input({2, 2}, Type::INT64);
  schema::GatherT options;
  options.axis = 1;
  this->Apply(std::move(options), {tensor, indices}, {2, 2, 2, 3});
  const auto values = Values<TypeParam>(input);
  // From the end, and out of range: clamped.
  const std::vector<int64_t> chosen = {4, -4, 99, -99};
  const int64_t rows[] = {4, 1, 4, 0};
  this->Expect(
      {BytesOf(values), BytesOf(chosen)}, {2, 2, 2, 3}, [&](const Index& at) {
        return At(input, values, {at[0], rows[at[1] * 2 + at[2]], at[3]});
      });
}

TYPED_TEST(TypedMovement, GatherNd) {
  const Shape input = {2, 4, 3, 2};
  const int tensor = this->Input(input);
  const int indices = this->builder_.Input({2, 3, 2}, Type::INT32);
  schema::GatherNdT options;
  options.batch_dims = 1;
  this->Apply(std::move(options), {tensor, indices}, {2, 3, 2});
  const auto values = Values<TypeParam>(input);
  const std::vector<int32_t> chosen = {0, 0, 3, 2, 1, -1, 2, 0, 0, 2, -2, 1};
  const int64_t positions[] = {0, 0, 3, 2, 1, 2, 2, 0, 0, 2, 2, 1};
  this->Expect(
      {BytesOf(values), BytesOf(chosen)}, {2, 3, 2}, [&](const Index& at) {
        const int64_t pair = 2 * (at[0] * 3 + at[1]);
        return At(input, values,
                  {at[0], positions[pair], positions[pair + 1], at[2]});
      });
}

TYPED_TEST(TypedMovement, GatherElements) {
  const Shape input = {3, 4};
  const int tensor = this->Input(input);
  const int indices = this->builder_.Input({2, 4}, Type::INT32);
  this->Apply(schema::GatherElementsT(), {tensor, indices}, {2, 4});
  const auto values = Values<TypeParam>(input);
  const std::vector<int32_t> chosen = {0, 1, 2, -1, 2, 0, -3, 1};
  const int64_t rows[] = {0, 1, 2, 2, 2, 0, 0, 1};
  this->Expect({BytesOf(values), BytesOf(chosen)}, {2, 4},
               [&](const Index& at) {
                 return At(input, values, {rows[at[0] * 4 + at[1]], at[1]});
               });
}

template <typename From, typename To>
void ExpectCast(const std::vector<From>& from, Type from_type,
                const std::vector<To>& to, Type to_type) {
  ModelBuilder builder;
  const Shape shape = {static_cast<int32_t>(from.size())};
  const int input = builder.Input(shape, from_type);
  builder.Output(builder.Operator(schema::CastT(), {input}, shape, to_type));
  ExpectBytes(builder.Finish(), {BytesOf(from)}, {BytesOf(to)}, "Cast");
}

TEST(Conversions, Cast) {
  const std::vector<float> floats = {1.9f, -1.9f, 1e20f, -1e20f, NAN, 300.0f};
  ExpectCast(floats, Type::FLOAT32,
             std::vector<int32_t>{1, -1, INT32_MAX, INT32_MIN, 0, 300},
             Type::INT32);
  ExpectCast(floats, Type::FLOAT32,
             std::vector<int64_t>{1, -1, INT64_MAX, INT64_MIN, 0, 300},
             Type::INT64);
  ExpectCast(floats, Type::FLOAT32, std::vector<uint8_t>{1, 0, 255, 0, 0, 255},
             Type::UINT8);
  ExpectCast(std::vector<float>{0.0f, -0.0f, 0.5f, NAN}, Type::FLOAT32,
             std::vector<uint8_t>{0, 0, 1, 1}, Type::BOOL);
  ExpectCast(std::vector<int64_t>{(int64_t{1} << 33) + 5, -1}, Type::INT64,
             std::vector<int32_t>{5, -1}, Type::INT32);
  ExpectCast(std::vector<int32_t>{257, -1}, Type::INT32,
             std::vector<uint8_t>{1, 255}, Type::UINT8);
  ExpectCast(std::vector<uint8_t>{0, 1}, Type::BOOL,
             std::vector<float>{0.0f, 1.0f}, Type::FLOAT32);
}

TEST(Conversions, QuantizeAndDequantize) {
  ModelBuilder builder;
  const Shape shape = {6};
  const TestQuantization quantization = {0.25f, -3};
  const int input = builder.Input(shape, Type::FLOAT32);
  const int q =
      builder.Operator(schema::QuantizeT(), {input}, shape, quantization);
  builder.Output(q);
  builder.Output(
      builder.Operator(schema::DequantizeT(), {q}, shape, Type::FLOAT32));
  // Halves to even, and both ends.
  const std::vector<float> values = {0.125f, 0.375f, -1.0f, 99.0f, -99.0f, NAN};
  ExpectBytes(
      builder.Finish(), {BytesOf(values)},
      {BytesOf(std::vector<int8_t>{-3, -1, -7, 127, -128, -3}),
       BytesOf(std::vector<float>{0.0f, 0.5f, -1.0f, 32.5f, -31.25f, 0.0f})},
      "Quantize");
}

}  // namespace
}  // namespace octet
