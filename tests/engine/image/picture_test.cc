#include "engine/image/picture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/image/encode.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

using testing::EncodeBmp;
using testing::EncodeJpeg;
using testing::EncodePng;
using testing::EncodeWebp;
using testing::MakeNoise;
using testing::MakePicture;

using Bytes = std::vector<uint8_t>;

constexpr std::pair<int, int> kSizes[] = {{1, 1}, {1, 9}, {5, 3}, {17, 33}};

// What a decoder makes of `source`: three channels, without alpha.
Picture ToRgb(const Picture& source) {
  Picture rgb{source.height, source.width, 3, {}};
  const size_t channels = size_t(source.channels);
  for (size_t i = 0; i < source.pixels.size(); i += channels) {
    for (size_t c = 0; c < 3; ++c) {
      rgb.pixels.push_back(source.pixels[channels < 3 ? i : i + c]);
    }
  }
  return rgb;
}

void ExpectPicture(const Result<Picture>& actual, const Picture& expected) {
  ASSERT_TRUE(actual.ok()) << actual.status().message();
  EXPECT_EQ(actual->height, expected.height);
  EXPECT_EQ(actual->width, expected.width);
  EXPECT_EQ(actual->channels, 3);
  EXPECT_EQ(actual->pixels, expected.pixels);
}

TEST(DecodePictureTest, PngIsExact) {
  for (auto [height, width] : kSizes) {
    for (int channels : {1, 2, 3, 4}) {
      for (bool interlaced : {false, true}) {
        SCOPED_TRACE(channels);
        const Picture picture = MakeNoise(height, width, channels, 1);
        ExpectPicture(DecodePicture(EncodePng(picture, interlaced)),
                      ToRgb(picture));
      }
    }
  }
}

TEST(DecodePictureTest, WebpIsExact) {
  if (!OCTET_HAVE_WEBP) GTEST_SKIP() << "built without libwebp";
  for (auto [height, width] : kSizes) {
    const Picture picture = MakeNoise(height, width, 3, 2);
    ExpectPicture(DecodePicture(EncodeWebp(picture)), picture);
  }
}

TEST(DecodePictureTest, BmpIsExact) {
  for (auto [height, width] : kSizes) {
    for (int bits : {24, 32}) {
      for (bool top_first : {false, true}) {
        const Picture picture = MakeNoise(height, width, 3, 3);
        ExpectPicture(DecodePicture(EncodeBmp(picture, bits, top_first)),
                      picture);
      }
    }
  }
}

TEST(DecodePictureTest, BmpWithPalette) {
  for (auto [height, width] : kSizes) {
    for (int bits : {1, 4, 8}) {
      Picture indices = MakeNoise(height, width, 1, 4);
      Picture expected{height, width, 3, {}};
      for (uint8_t& index : indices.pixels) {
        index &= uint8_t((1 << bits) - 1);
        expected.pixels.insert(
            expected.pixels.end(),
            {index, uint8_t(255 - index), uint8_t(7 * index)});
      }
      ExpectPicture(DecodePicture(EncodeBmp(indices, bits, false)), expected);
    }
  }
}

TEST(DecodePictureTest, BmpWithoutAColour) {
  Picture indices = MakePicture(2, 2, 1);
  indices.pixels = {0, 1, 2, 3};
  Bytes bytes = EncodeBmp(indices, 8, false);
  bytes[46] = 3;  // colours in the palette
  const Result<Picture> picture = DecodePicture(bytes);
  ASSERT_FALSE(picture.ok());
  EXPECT_NE(picture.status().message().find("colour"), std::string::npos);
}

TEST(DecodePictureTest, JpegIsClose) {
  for (auto [height, width] : kSizes) {
    for (int channels : {1, 3}) {
      for (bool progressive : {false, true}) {
        const Picture source = MakePicture(height, width, channels);
        const Picture expected = ToRgb(source);
        const Result<Picture> picture =
            DecodePicture(EncodeJpeg(source, 100, progressive));
        ASSERT_TRUE(picture.ok()) << picture.status().message();
        ASSERT_EQ(picture->pixels.size(), expected.pixels.size());
        double sum = 0.0;
        for (size_t i = 0; i < expected.pixels.size(); ++i) {
          sum += std::abs(picture->pixels[i] - expected.pixels[i]);
        }
        // Subsampled colours differ most in the smallest, steepest pictures.
        const double mean = sum / double(expected.pixels.size());
        EXPECT_LT(mean, height * width < 100 ? 40.0 : 4.0);
        if (channels == 1) {
          EXPECT_LT(mean, 1.0);
        }
      }
    }
  }
}

TEST(DecodePictureTest, CmykJpegIsRefused) {
  const Result<Picture> picture =
      DecodePicture(EncodeJpeg(MakePicture(8, 8, 4), 90, false));
  ASSERT_FALSE(picture.ok());
  EXPECT_EQ(picture.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(picture.status().message().find("CMYK"), std::string::npos);
}

std::vector<std::pair<std::string, Bytes>> SmallFiles() {
  const Picture picture = MakePicture(11, 13, 3);
  std::vector<std::pair<std::string, Bytes>> files = {
      {"png", EncodePng(picture, false)},
      {"interlaced png", EncodePng(picture, true)},
      {"bmp", EncodeBmp(picture, 24, false)},
      {"bmp with palette", EncodeBmp(MakePicture(11, 13, 1), 8, true)},
      {"jpeg", EncodeJpeg(picture, 75, false)},
      {"progressive jpeg", EncodeJpeg(picture, 75, true)},
  };
  if (OCTET_HAVE_WEBP) files.push_back({"webp", EncodeWebp(picture)});
  return files;
}

TEST(DecodePictureTest, RefusesEveryTruncation) {
  for (const auto& [name, bytes] : SmallFiles()) {
    ASSERT_TRUE(DecodePicture(bytes).ok()) << name;
    for (size_t size = 0; size < bytes.size(); ++size) {
      // A copy of its own, so that the sanitizer sees its end.
      const Bytes cut(bytes.begin(), bytes.begin() + std::ptrdiff_t(size));
      EXPECT_FALSE(DecodePicture(cut).ok()) << name << " of " << size;
    }
  }
}

TEST(DecodePictureTest, SurvivesEveryChangedByte) {
  for (const auto& [name, bytes] : SmallFiles()) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (int change : {0x01, 0x80, 0xff}) {
        Bytes changed = bytes;
        changed[i] ^= uint8_t(change);
        const Result<Picture> picture = DecodePicture(changed);
        if (picture.ok()) {
          EXPECT_TRUE(CheckPicture(*picture).ok()) << name << " byte " << i;
        } else {
          EXPECT_FALSE(picture.status().message().empty());
        }
      }
    }
  }
}

TEST(DecodePictureTest, RefusesHugeSizesBeforeAllocating) {
  Bytes bmp = EncodeBmp(MakePicture(2, 2, 3), 24, false);
  for (size_t position : {18, 22}) {
    bmp[position] = bmp[position + 1] = 0xff;
    bmp[position + 2] = 0x0f;
  }
  Bytes jpeg = EncodeJpeg(MakePicture(2, 2, 3), 90, false);
  for (size_t i = 0; i + 9 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xff || jpeg[i + 1] != 0xc0) continue;
    for (size_t k = 5; k < 9; ++k) jpeg[i + k] = 0xf0;
    break;
  }
  for (const Bytes& bytes : {bmp, jpeg}) {
    const Result<Picture> picture = DecodePicture(bytes);
    ASSERT_FALSE(picture.ok());
    EXPECT_NE(picture.status().message().find("pixels"), std::string::npos)
        << picture.status().message();
  }
}

TEST(DecodePictureTest, ErrorsNameTheFile) {
  testing::TemporaryFolder folder;
  const Result<Picture> missing = DecodePicture(folder.Path("none.jpg"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("none.jpg"), std::string::npos);
  const Result<Picture> text =
      DecodePicture(folder.Write("notes.jpg", std::string("no picture")));
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.status().message().find("notes.jpg: is not a JPEG"),
            std::string::npos);
  EXPECT_FALSE(DecodePicture(folder.path()).ok());
}

TEST(DecodePictureTest, FormatComesFromTheBytesNotTheName) {
  testing::TemporaryFolder folder;
  const Picture picture = MakeNoise(4, 6, 3, 5);
  ExpectPicture(
      DecodePicture(folder.Write("misnamed.jpg", EncodePng(picture, false))),
      picture);
}

}  // namespace
}  // namespace octet
