// The arithmetic of kernels/requantize.h against golden vectors that an exact
// computation in Python wrote (tests/golden/make_vectors.py), and its
// multiplication against gemmlowp's.

#include "kernels/requantize.h"

#include <fixedpoint/fixedpoint.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/random.h"

namespace octet {
namespace {

// Printed by make_vectors.py.
constexpr uint64_t kRequantizeHash = 0x22DB9819EE66516B;
constexpr uint64_t kAddHash = 0xB95E428B194C0C26;
constexpr uint64_t kResidualHash = 0x7D8E39DF1AE807EB;

struct Fnv1a {
  uint64_t digest = 0xCBF29CE484222325;
  void Append(int8_t value) {
    digest = (digest ^ static_cast<uint8_t>(value)) * 0x100000001B3;
  }
};

OutputStage Stage(int zero_point, int low, int high) {
  return {static_cast<int8_t>(zero_point), static_cast<int8_t>(low),
          static_cast<int8_t>(high)};
}

// A layer's accumulator and a residual: {accumulator, multiplier, shift,
// difference, residual multiplier, fraction_bits, zero_point}.
int8_t AddResidual(const std::vector<int64_t>& v) {
  return RequantizeAddQ15(static_cast<int32_t>(v[0]), int(v[1]), int(v[2]),
                          ScaleAddend(int(v[3]), int(v[4])), int(v[5]),
                          Stage(int(v[6]), -128, 127));
}

TEST(RequantizeTest, GoldenVectors) {
  std::ifstream file(OCTET_SOURCE_DIR "/tests/golden/arithmetic.csv");
  std::string line;
  int requantize_rows = 0;
  int add_rows = 0;
  int residual_rows = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name, field;
    std::getline(fields, name, ',');
    std::vector<int64_t> v;
    while (std::getline(fields, field, ',')) v.push_back(std::stoll(field));
    ASSERT_EQ(v.size(), name == "residual" ? 8u : 7u) << line;
    int q = 0;
    if (name == "requantize") {
      ++requantize_rows;
      q = RequantizeQ15(static_cast<int32_t>(v[0]), static_cast<int32_t>(v[1]),
                        static_cast<int>(v[2]),
                        Stage(int(v[3]), int(v[4]), int(v[5])));
    } else if (name == "residual") {
      ++residual_rows;
      q = AddResidual(v);
    } else {
      ASSERT_EQ(name, "add");
      ++add_rows;
      q = AddQ15(ScaleAddend(int(v[0]), int(v[1])),
                 ScaleAddend(int(v[2]), int(v[3])), int(v[4]),
                 Stage(int(v[5]), -128, 127));
    }
    EXPECT_EQ(q, v.back()) << line;
  }
  EXPECT_GT(requantize_rows, 3000);
  EXPECT_EQ(add_rows, 1000);
  EXPECT_EQ(residual_rows, 1000);
}

// The generators below make the same cases as those of make_vectors.py.

int32_t RandomAccumulator(Random& random) {
  const int64_t bits = random.Between(0, 31);
  const uint64_t value = bits == 0 ? 0 : random.Next() % (uint64_t{1} << bits);
  const int64_t magnitude = static_cast<int64_t>(value);
  return static_cast<int32_t>(random.Next() & 1 ? -magnitude - 1 : magnitude);
}

TEST(RequantizeTest, HashOfAMillionCases) {
  Random random(2);
  Fnv1a hash;
  for (int i = 0; i < 1000000; ++i) {
    int64_t low = random.Between(-128, 127);
    int64_t high = random.Between(low, 127);
    if (random.Next() % 4 != 0) {
      low = -128;
      high = 127;
    }
    const int32_t accumulator = RandomAccumulator(random);
    const int64_t multiplier = random.Between(1 << 14, (1 << 15) - 1);
    const int64_t shift = random.Between(kMinShift, kMaxShift);
    const int64_t zero_point = random.Between(-128, 127);
    hash.Append(RequantizeQ15(accumulator, int(multiplier), int(shift),
                              Stage(int(zero_point), int(low), int(high))));
  }
  EXPECT_EQ(hash.digest, kRequantizeHash);
}

TEST(RequantizeTest, HashOfAdds) {
  Random random(3);
  Fnv1a hash;
  for (int i = 0; i < 200000; ++i) {
    int v[6];
    const int limits[6][2] = {{-255, 255}, {0, 32767}, {-255, 255},
                              {0, 32767},  {0, 6},     {-128, 127}};
    for (int j = 0; j < 6; ++j) {
      v[j] = static_cast<int>(random.Between(limits[j][0], limits[j][1]));
    }
    hash.Append(AddQ15(ScaleAddend(v[0], v[1]), ScaleAddend(v[2], v[3]), v[4],
                       Stage(v[5], -128, 127)));
  }
  EXPECT_EQ(hash.digest, kAddHash);
}

TEST(RequantizeTest, HashOfResiduals) {
  Random random(4);
  Fnv1a hash;
  for (int i = 0; i < 200000; ++i) {
    std::vector<int64_t> v = {RandomAccumulator(random)};
    const int limits[6][2] = {{kMinMultiplier, 32767},
                              {kMinShift, kMaxShift},
                              {-255, 255},
                              {0, 32767},
                              {0, 6},
                              {-128, 127}};
    for (const auto& limit : limits) {
      v.push_back(random.Between(limit[0], limit[1]));
    }
    hash.Append(AddResidual(v));
  }
  EXPECT_EQ(hash.digest, kResidualHash);
}

// The multiplication is the 16-bit form of gemmlowp's fixed-point product.
TEST(RequantizeTest, MultiplicationIsGemmlowps) {
  for (int32_t t = INT16_MIN; t <= INT16_MAX; t += 3) {
    for (int32_t multiplier : {0, 1, 1 << 14, 20011, 32766, 32767}) {
      ASSERT_EQ(MultiplyRounded(t, multiplier),
                gemmlowp::SaturatingRoundingDoublingHighMul(
                    static_cast<int16_t>(t), static_cast<int16_t>(multiplier)))
          << t << " * " << multiplier;
    }
  }
}

// Saturation of t cannot be seen: beyond it, q lies outside int8.
TEST(RequantizeTest, SaturationNeverShows) {
  for (int zero_point : {-128, 0, 127}) {
    const OutputStage stage = Stage(zero_point, -128, 127);
    EXPECT_EQ(RequantizeQ15(INT32_MAX, kMinMultiplier, 0, stage), 127);
    EXPECT_EQ(RequantizeQ15(INT32_MIN, kMinMultiplier, 0, stage), -128);
    EXPECT_EQ(RequantizeQ15(INT32_MAX, kMinMultiplier, -15, stage), 127);
    EXPECT_EQ(RequantizeQ15(INT32_MIN, kMinMultiplier, -15, stage), -128);
  }
}

}  // namespace
}  // namespace octet
