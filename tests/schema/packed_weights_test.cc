#include "schema/packed_weights.h"

#include <gtest/gtest.h>

#include <string>

namespace octet {
namespace {

using schema::Encoding;

constexpr Encoding kEncodings[] = {Encoding::INT4, Encoding::LOGARITHMIC,
                                   Encoding::TERNARY, Encoding::BINARY};

// What schema/octet.fbs says, by hand.
TEST(PackedWeightsTest, BytesOfTheFile) {
  EXPECT_EQ(PackWeights(*FindWeightCodes(Encoding::INT4), {1, -1, 7, -7, 0}),
            (std::vector<uint8_t>{0xf1, 0x97, 0x00}));
  EXPECT_EQ(
      PackWeights(*FindWeightCodes(Encoding::LOGARITHMIC), {0, 1, 64, -1, -64}),
      (std::vector<uint8_t>{0x10, 0x97, 0x0f}));
  EXPECT_EQ(PackWeights(*FindWeightCodes(Encoding::TERNARY), {1, 0, -1, 1, -1}),
            (std::vector<uint8_t>{0x71, 0x03}));
  EXPECT_EQ(PackWeights(*FindWeightCodes(Encoding::BINARY),
                        {1, -1, -1, 1, 1, 1, -1, -1, 1}),
            (std::vector<uint8_t>{0x39, 0x01}));
}

TEST(PackedWeightsTest, PlainAndUnknownEncodingsHaveNoCodes) {
  EXPECT_EQ(FindWeightCodes(Encoding::PLAIN), nullptr);
  EXPECT_EQ(FindWeightCodes(static_cast<Encoding>(99)), nullptr);
}

TEST(PackedWeightsTest, UnpackingIsTheInverseAtEveryPlaceAndLength) {
  for (const Encoding encoding : kEncodings) {
    const WeightCodes& codes = *FindWeightCodes(encoding);
    SCOPED_TRACE(codes.name);
    std::vector<int8_t> values;
    for (int i = 0; values.size() < 37; i += 7) {
      const int8_t value = codes.values[i % codes.count()];
      if (value != WeightCodes::kInvalid) values.push_back(value);
    }
    for (size_t count = 1; count <= values.size(); ++count) {
      const std::vector<int8_t> some(values.begin(),
                                     values.begin() + std::ptrdiff_t(count));
      const std::vector<uint8_t> data = PackWeights(codes, some);
      ASSERT_EQ(int64_t(data.size()), PackedBytes(codes, int64_t(count)));
      EXPECT_TRUE(CheckPackedWeights(codes, data.data(), int64_t(count)).ok());
      for (size_t first = 0; first < count; ++first) {
        std::vector<int8_t> read(count - first);
        UnpackWeights(codes, data.data(), int64_t(first), int64_t(read.size()),
                      read.data());
        EXPECT_TRUE(std::equal(read.begin(), read.end(),
                               some.begin() + std::ptrdiff_t(first)));
      }
    }
  }
}

TEST(PackedWeightsTest, InvalidCodesAndPaddingAreFound) {
  const struct {
    Encoding encoding;
    std::vector<uint8_t> data;
    int64_t count;
    const char* message;
  } cases[] = {
      {Encoding::INT4, {0x81}, 2, "value 1 has the code 8"},
      {Encoding::INT4, {0x11}, 1, "behind the last value"},
      {Encoding::LOGARITHMIC, {0x08}, 2, "value 0 has the code 8"},
      {Encoding::TERNARY, {0x20}, 4, "value 2 has the code 2"},
      {Encoding::TERNARY, {0x05, 0x40}, 7, "behind the last value"},
      {Encoding::BINARY, {0xff, 0x02}, 9, "behind the last value"},
  };
  for (const auto& c : cases) {
    const Status status = CheckPackedWeights(*FindWeightCodes(c.encoding),
                                             c.data.data(), c.count);
    EXPECT_EQ(status.code(), StatusCode::kInvalidModel);
    EXPECT_NE(status.message().find(c.message), std::string::npos)
        << status.message();
  }
}

}  // namespace
}  // namespace octet
