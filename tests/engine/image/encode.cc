#include "tests/engine/image/encode.h"

#include <png.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <random>

// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>

#if OCTET_HAVE_WEBP
#include <webp/encode.h>
#endif

namespace octet::testing {
namespace {

using Bytes = std::vector<uint8_t>;

void Put(Bytes& bytes, uint64_t number, int count) {
  for (int i = 0; i < count; ++i, number >>= 8)
    bytes.push_back(uint8_t(number));
}

void Append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes Deflate(const Bytes& data) {
  Bytes out(data.size() + 1000);
  z_stream stream = {};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    abort();
  }
  stream.next_in = const_cast<uint8_t*>(data.data());
  stream.avail_in = uInt(data.size());
  stream.next_out = out.data();
  stream.avail_out = uInt(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void WritePngBytes(png_structp png, png_bytep data, size_t size) {
  Bytes* out = static_cast<Bytes*>(png_get_io_ptr(png));
  out->insert(out->end(), data, data + size);
}

}  // namespace

Picture MakePicture(int height, int width, int channels) {
  Picture picture{height, width, channels, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int values[4] = {255 * y / height, 255 * x / width,
                             255 - 255 * (x + y) / (width + height), 128};
      for (int c = 0; c < channels; ++c) {
        picture.pixels.push_back(uint8_t(values[c]));
      }
    }
  }
  return picture;
}

Picture MakeNoise(int height, int width, int channels, uint32_t seed) {
  std::mt19937 random(seed);
  Picture picture{height, width, channels, {}};
  picture.pixels.resize(size_t(height) * size_t(width) * size_t(channels));
  for (uint8_t& pixel : picture.pixels) pixel = uint8_t(random());
  return picture;
}

Bytes EncodeJpeg(const Picture& picture, int quality, bool progressive) {
  jpeg_compress_struct encoder;
  jpeg_error_mgr errors;
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &memory, &size);
  encoder.image_height = JDIMENSION(picture.height);
  encoder.image_width = JDIMENSION(picture.width);
  encoder.input_components = picture.channels;
  encoder.in_color_space = picture.channels == 1   ? JCS_GRAYSCALE
                           : picture.channels == 3 ? JCS_RGB
                                                   : JCS_CMYK;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, quality, TRUE);
  if (progressive) jpeg_simple_progression(&encoder);
  jpeg_start_compress(&encoder, TRUE);
  for (int y = 0; y < picture.height; ++y) {
    JSAMPROW row = const_cast<uint8_t*>(picture.pixels.data()) +
                   y * picture.width * picture.channels;
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  jpeg_destroy_compress(&encoder);
  Bytes bytes(memory, memory + size);
  free(memory);
  return bytes;
}

Bytes EncodePng(const Picture& picture, bool interlaced) {
  Bytes bytes;
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, WritePngBytes, nullptr);
  const int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                       PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_IHDR(png, info, png_uint_32(picture.width),
               png_uint_32(picture.height), 8, types[picture.channels],
               interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  std::vector<png_bytep> rows;
  for (int y = 0; y < picture.height; ++y) {
    rows.push_back(const_cast<uint8_t*>(picture.pixels.data()) +
                   y * picture.width * picture.channels);
  }
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

#if OCTET_HAVE_WEBP
Bytes EncodeWebp(const Picture& picture) {
  uint8_t* memory = nullptr;
  const size_t size =
      WebPEncodeLosslessRGB(picture.pixels.data(), picture.width,
                            picture.height, 3 * picture.width, &memory);
  Bytes bytes(memory, memory + size);
  WebPFree(memory);
  return bytes;
}
#else
Bytes EncodeWebp(const Picture&) { return {}; }
#endif

Bytes EncodeBmp(const Picture& picture, int bits, bool top_first) {
  const int num_colors = bits <= 8 ? 1 << bits : 0;
  const size_t stride = (size_t(picture.width) * size_t(bits) + 31) / 32 * 4;
  const uint32_t begin = uint32_t(54 + 4 * num_colors);
  Bytes bytes = {'B', 'M'};
  Put(bytes, begin + uint32_t(stride * size_t(picture.height)), 4);
  Put(bytes, 0, 4);
  Put(bytes, begin, 4);
  Put(bytes, 40, 4);
  Put(bytes, uint32_t(picture.width), 4);
  Put(bytes, uint32_t(top_first ? -picture.height : picture.height), 4);
  Put(bytes, 1, 2);
  Put(bytes, uint32_t(bits), 2);
  for (int i = 0; i < 6; ++i) Put(bytes, 0, 4);
  for (int i = 0; i < num_colors; ++i) {
    bytes.insert(bytes.end(),
                 {uint8_t(7 * i), uint8_t(255 - i), uint8_t(i), 0});
  }
  for (int row = 0; row < picture.height; ++row) {
    const int y = top_first ? row : picture.height - 1 - row;
    Bytes line(stride);
    for (int x = 0; x < picture.width; ++x) {
      const uint8_t* pixel =
          &picture.pixels[size_t((y * picture.width + x) * picture.channels)];
      if (bits <= 8) {
        line[size_t(x * bits / 8)] |=
            uint8_t(pixel[0] << (8 - bits - x * bits % 8));
      } else {
        for (int c = 0; c < 3; ++c) {
          line[size_t(x * bits / 8 + c)] = pixel[2 - c];
        }
      }
    }
    Append(bytes, line);
  }
  return bytes;
}

Bytes EncodeZip(const std::vector<ZipFile>& files) {
  Bytes archive, directory;
  for (const ZipFile& file : files) {
    const Bytes stored = file.deflate ? Deflate(file.data) : file.data;
    const uint32_t crc =
        uint32_t(crc32(0, file.data.data(), uInt(file.data.size())));
    const Bytes name(file.name.begin(), file.name.end());
    const uint64_t local_begin = archive.size();
    Put(archive, 0x04034b50, 4);
    Bytes both;  // what local header and directory entry have alike
    Put(both, 45, 2);
    Put(both, 0, 2);
    Put(both, file.deflate ? 8 : 0, 2);
    Put(both, 0, 4);
    Put(both, crc, 4);
    Append(archive, both);
    Put(archive, 0xffffffff, 4);
    Put(archive, 0xffffffff, 4);
    Put(archive, name.size(), 2);
    Put(archive, 20, 2);
    Append(archive, name);
    Put(archive, 1, 2);
    Put(archive, 16, 2);
    Put(archive, file.data.size(), 8);
    Put(archive, stored.size(), 8);
    Append(archive, stored);

    Put(directory, 0x02014b50, 4);
    Put(directory, 45, 2);
    Append(directory, both);
    // The unpacked size in the extra field, the packed one in its place: a
    // reader must take each from where it stands.
    Put(directory, stored.size(), 4);
    Put(directory, 0xffffffff, 4);
    Put(directory, name.size(), 2);
    Put(directory, 12, 2);
    Put(directory, 0, 2 + 2 + 2 + 4);
    Put(directory, local_begin, 4);
    Append(directory, name);
    Put(directory, 1, 2);
    Put(directory, 8, 2);
    Put(directory, file.data.size(), 8);
  }
  const uint64_t directory_begin = archive.size();
  Append(archive, directory);
  Put(archive, 0x06054b50, 4);
  Put(archive, 0, 4);
  Put(archive, files.size(), 2);
  Put(archive, files.size(), 2);
  Put(archive, directory.size(), 4);
  Put(archive, directory_begin, 4);
  Put(archive, 0, 2);
  return archive;
}

}  // namespace octet::testing
