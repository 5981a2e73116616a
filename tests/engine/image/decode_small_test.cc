// The static command's decoders beside libpng and libjpeg.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "engine/image/decoders.h"
#include "tests/engine/image/encode.h"

namespace octet {
namespace {

using testing::EncodeJpeg;
using testing::EncodePng;
using testing::MakeNoise;
using testing::MakePicture;

using Bytes = std::vector<uint8_t>;

TEST(DecodeSmallTest, PngIsThatOfLibpng) {
  for (auto [height, width] : {std::pair(1, 1), std::pair(17, 33)}) {
    for (int channels : {1, 2, 3, 4}) {
      for (bool interlaced : {false, true}) {
        const Bytes png =
            EncodePng(MakeNoise(height, width, channels, 1), interlaced);
        const Result<Picture> expected = DecodePng(png);
        const Result<Picture> actual = small::DecodePng(png);
        ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status().message();
        EXPECT_EQ(actual->height, height);
        EXPECT_EQ(actual->width, width);
        EXPECT_EQ(actual->channels, 3);
        EXPECT_EQ(actual->pixels, expected->pixels) << channels;
      }
    }
  }
}

TEST(DecodeSmallTest, JpegIsCloseToLibjpeg) {
  for (int channels : {1, 3}) {
    for (bool progressive : {false, true}) {
      const Bytes jpeg =
          EncodeJpeg(MakePicture(37, 50, channels), 85, progressive);
      const Result<Picture> expected = DecodeJpeg(jpeg);
      const Result<Picture> actual = small::DecodeJpeg(jpeg);
      ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status().message();
      ASSERT_EQ(actual->pixels.size(), expected->pixels.size());
      int largest = 0;
      for (size_t i = 0; i < actual->pixels.size(); ++i) {
        largest = std::max(largest,
                           std::abs(actual->pixels[i] - expected->pixels[i]));
      }
      EXPECT_LE(largest, 3);
    }
  }
}

std::vector<std::pair<std::string, Bytes>> SmallFiles() {
  const Picture picture = MakePicture(11, 13, 3);
  return {{"png", EncodePng(picture, false)},
          {"interlaced png", EncodePng(picture, true)},
          {"jpeg", EncodeJpeg(picture, 75, false)},
          {"progressive jpeg", EncodeJpeg(picture, 75, true)}};
}

Result<Picture> Decode(const Bytes& bytes, const std::string& name) {
  return name.ends_with("png") ? small::DecodePng(bytes)
                               : small::DecodeJpeg(bytes);
}

TEST(DecodeSmallTest, RefusesEveryTruncation) {
  for (const auto& [name, bytes] : SmallFiles()) {
    ASSERT_TRUE(Decode(bytes, name).ok()) << name;
    // The checksum of a PNG's end chunk is not read.
    const size_t unread = name.ends_with("png") ? 4 : 0;
    for (size_t size = 0; size < bytes.size() - unread; ++size) {
      // A copy of its own, so that the sanitizer sees its end.
      const Bytes cut(bytes.begin(), bytes.begin() + std::ptrdiff_t(size));
      EXPECT_FALSE(Decode(cut, name).ok()) << name << " of " << size;
    }
  }
}

TEST(DecodeSmallTest, SurvivesEveryChangedByte) {
  for (const auto& [name, bytes] : SmallFiles()) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (int change : {0x01, 0x80, 0xff}) {
        Bytes changed = bytes;
        changed[i] ^= uint8_t(change);
        const Result<Picture> picture = Decode(changed, name);
        if (picture.ok()) {
          EXPECT_TRUE(CheckPicture(*picture).ok()) << name << " byte " << i;
        } else {
          EXPECT_FALSE(picture.status().message().empty());
        }
      }
    }
  }
}

}  // namespace
}  // namespace octet
