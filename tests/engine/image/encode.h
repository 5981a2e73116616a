// Makes files in the formats that engine/image reads.

#ifndef OCTET_TESTS_ENGINE_IMAGE_ENCODE_H_
#define OCTET_TESTS_ENGINE_IMAGE_ENCODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image/picture.h"

namespace octet::testing {

// A picture with smooth colours (so that JPEG changes little) and every channel
// different.
Picture MakePicture(int height, int width, int channels);

// A picture of random pixels.
Picture MakeNoise(int height, int width, int channels, uint32_t seed);

// REQUIRES in all: 1 channel (gray) or 3.
std::vector<uint8_t> EncodeJpeg(const Picture& picture, int quality,
                                bool progressive);
// With 4 channels: the alpha is stored.
std::vector<uint8_t> EncodePng(const Picture& picture, bool interlaced);
// 3 channels. Lossless; empty where this build has no libwebp.
std::vector<uint8_t> EncodeWebp(const Picture& picture);
// 3 channels at 24 or 32 bits a pixel; 1 channel at 1, 4 or 8 bits, as indices
// into a palette in which colour i is (i, 255 - i, 7 * i).
std::vector<uint8_t> EncodeBmp(const Picture& picture, int bits,
                               bool top_first);

// An archive of files; deflated or stored, with the local headers that NumPy
// writes (zip64).
struct ZipFile {
  std::string name;
  std::vector<uint8_t> data;
  bool deflate;
};
std::vector<uint8_t> EncodeZip(const std::vector<ZipFile>& files);

}  // namespace octet::testing

#endif  // OCTET_TESTS_ENGINE_IMAGE_ENCODE_H_
