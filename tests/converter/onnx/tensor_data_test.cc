#include "converter/onnx/tensor_data.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;

TensorProto Tensor(int type, const std::vector<int64_t>& dims) {
  TensorProto tensor;
  tensor.set_name("t");
  tensor.set_data_type(type);
  for (int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

template <typename T>
TensorProto Raw(int type, const std::vector<T>& values) {
  TensorProto tensor = Tensor(type, {int64_t(values.size())});
  tensor.set_raw_data(values.data(), values.size() * sizeof(T));
  return tensor;
}

std::vector<float> ReadFloats(const TensorProto& tensor) {
  const Result<TensorData> data = ReadTensor(tensor, "");
  EXPECT_TRUE(data.ok()) << data.status().message();
  return data.ok() ? std::get<FloatTensor>(*data).data : std::vector<float>();
}

std::vector<int64_t> ReadIntegers(const TensorProto& tensor) {
  const Result<TensorData> data = ReadTensor(tensor, "");
  EXPECT_TRUE(data.ok()) << data.status().message();
  return data.ok() ? std::get<IntegerTensor>(*data).data
                   : std::vector<int64_t>();
}

std::string Error(const TensorProto& tensor) {
  const Result<TensorData> data = ReadTensor(tensor, "");
  EXPECT_FALSE(data.ok());
  return data.ok() ? "" : data.status().message();
}

using Floats = std::vector<float>;
using Integers = std::vector<int64_t>;

// 1.5, -2, the smallest subnormal, the smallest normal, infinity.
const std::vector<uint16_t> kHalves = {0x3E00, 0xC000, 0x0001, 0x0400, 0x7C00};
const Floats kHalfValues = {1.5f, -2.0f, std::ldexp(1.0f, -24),
                            std::ldexp(1.0f, -14),
                            std::numeric_limits<float>::infinity()};

TEST(ReadTensorTest, RawFloats) {
  EXPECT_EQ(ReadFloats(Raw<float>(TensorProto::FLOAT, {1.5f, -2})),
            (Floats{1.5f, -2}));
  EXPECT_EQ(ReadFloats(Raw<double>(TensorProto::DOUBLE, {1.5, -1e300})),
            (Floats{1.5f, -std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(ReadFloats(Raw<uint16_t>(TensorProto::FLOAT16, kHalves)),
            kHalfValues);
  EXPECT_EQ(ReadFloats(Raw<uint16_t>(TensorProto::BFLOAT16, {0x3FC0, 0xC000})),
            (Floats{1.5f, -2}));
  EXPECT_TRUE(
      std::isnan(ReadFloats(Raw<uint16_t>(TensorProto::FLOAT16, {0x7E00}))[0]));
}

TEST(ReadTensorTest, TypedFloats) {
  TensorProto floats = Tensor(TensorProto::FLOAT, {2});
  floats.add_float_data(1.5f);
  floats.add_float_data(-2);
  EXPECT_EQ(ReadFloats(floats), (Floats{1.5f, -2}));
  TensorProto doubles = Tensor(TensorProto::DOUBLE, {1});
  doubles.add_double_data(1.5);
  EXPECT_EQ(ReadFloats(doubles), (Floats{1.5f}));
  TensorProto halves = Tensor(TensorProto::FLOAT16, {5});
  for (uint16_t half : kHalves) halves.add_int32_data(half);
  EXPECT_EQ(ReadFloats(halves), kHalfValues);
}

TEST(ReadTensorTest, RawIntegers) {
  EXPECT_EQ(ReadIntegers(Raw<int64_t>(TensorProto::INT64, {-1, 1LL << 40})),
            (Integers{-1, 1LL << 40}));
  EXPECT_EQ(ReadIntegers(Raw<int32_t>(TensorProto::INT32, {-1, 7})),
            (Integers{-1, 7}));
  EXPECT_EQ(ReadIntegers(Raw<int16_t>(TensorProto::INT16, {-300})),
            (Integers{-300}));
  EXPECT_EQ(ReadIntegers(Raw<uint16_t>(TensorProto::UINT16, {65535})),
            (Integers{65535}));
  EXPECT_EQ(ReadIntegers(Raw<int8_t>(TensorProto::INT8, {-128})),
            (Integers{-128}));
  EXPECT_EQ(ReadIntegers(Raw<uint8_t>(TensorProto::UINT8, {255})),
            (Integers{255}));
  EXPECT_EQ(ReadIntegers(Raw<uint8_t>(TensorProto::BOOL, {1, 0})),
            (Integers{1, 0}));
}

TEST(ReadTensorTest, TypedIntegers) {
  TensorProto wide = Tensor(TensorProto::INT64, {1});
  wide.add_int64_data(-5);
  EXPECT_EQ(ReadIntegers(wide), (Integers{-5}));
  for (int type : {TensorProto::INT32, TensorProto::INT8, TensorProto::INT16}) {
    TensorProto narrow = Tensor(type, {1});
    narrow.add_int32_data(-5);
    EXPECT_EQ(ReadIntegers(narrow), (Integers{-5}));
  }
}

TEST(ReadTensorTest, ShapesOfEveryRank) {
  TensorProto scalar = Tensor(TensorProto::FLOAT, {});
  scalar.add_float_data(3);
  const Result<TensorData> data = ReadTensor(scalar, "");
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(std::get<FloatTensor>(*data).shape, Shape{});
  EXPECT_TRUE(ReadIntegers(Tensor(TensorProto::FLOAT, {0})).empty());
  EXPECT_TRUE(ReadIntegers(Tensor(TensorProto::INT64, {0})).empty());
  TensorProto deep = Tensor(TensorProto::FLOAT, {1, 1, 1, 1, 1, 1, 1});
  deep.add_float_data(3);
  EXPECT_NE(Error(deep).find("7 dimensions"), std::string::npos);
}

TEST(ReadTensorTest, SizesThatDoNotMatchAreRefused) {
  TensorProto missing = Raw<float>(TensorProto::FLOAT, {1, 2});
  missing.set_dims(0, 3);
  EXPECT_EQ(Error(missing), "tensor 't': holds 8 bytes for 3 elements");
  TensorProto odd = Raw<float>(TensorProto::FLOAT, {1, 2});
  odd.mutable_raw_data()->pop_back();
  EXPECT_NE(Error(odd).find("7 bytes"), std::string::npos);
  TensorProto typed = Tensor(TensorProto::FLOAT, {2});
  typed.add_float_data(1);
  EXPECT_NE(Error(typed).find("1 values"), std::string::npos);
}

TEST(ReadTensorTest, HugeAndNegativeShapesAreRefused) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  for (const Integers& dims :
       {Integers{-1}, Integers{kMax}, Integers{1LL << 31, 1LL << 31, 4},
        Integers{1LL << 32, 0}, Integers{1 << 20, 1 << 20}}) {
    for (int type : {TensorProto::FLOAT, TensorProto::INT64}) {
      EXPECT_NE(Error(Tensor(type, dims)), "");
    }
  }
}

TEST(ReadTensorTest, OtherTypesAreRefusedByName) {
  EXPECT_EQ(Error(Tensor(TensorProto::STRING, {1})),
            "tensor 't': has the type string");
  EXPECT_EQ(Error(Tensor(99, {1})), "tensor 't': has the type type number 99");
}

}  // namespace
}  // namespace octet::converter
