#include <png.h>

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include "engine/image/decoders.h"

namespace octet {
namespace {

// As in decode_jpeg.cc: libpng leaves by longjmp, so the functions that call
// setjmp own nothing.
struct PngSource {
  std::span<const uint8_t> rest;
  char message[160] = "";
};

[[noreturn]] void Fail(png_structp png, png_const_charp message) {
  PngSource* source = static_cast<PngSource*>(png_get_error_ptr(png));
  std::snprintf(source->message, sizeof(source->message), "%s", message);
  png_longjmp(png, 1);
}

// libpng's warnings concern what is not pixels: colour profiles, text, times.
void IgnoreWarning(png_structp, png_const_charp) {}

void ReadBytes(png_structp png, png_bytep out, size_t count) {
  PngSource* source = static_cast<PngSource*>(png_get_io_ptr(png));
  if (count > source->rest.size()) png_error(png, "the file ends too early");
  std::memcpy(out, source->rest.data(), count);
  source->rest = source->rest.subspan(count);
}

class PngReader {
 public:
  explicit PngReader(std::span<const uint8_t> bytes)
      : source_{bytes},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, Fail,
                                    IgnoreWarning)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  // False: no memory.
  bool created() const { return info_ != nullptr; }

  // False: message() says why.
  bool ReadHeader() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, &source_, ReadBytes);
    png_read_info(png_, info_);
    return true;
  }

  // REQUIRES: ReadHeader returned true; `pixels` has room for height() rows of
  // width() pixels of 3 bytes.
  bool ReadPixels(uint8_t* pixels) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    png_set_strip_16(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    const int passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    const size_t stride = png_get_rowbytes(png_, info_);
    if (stride != size_t{3} * png_get_image_width(png_, info_)) {
      png_error(png_, "unexpected number of channels");
    }
    const size_t height = png_get_image_height(png_, info_);
    for (int pass = 0; pass < passes; ++pass) {
      for (size_t y = 0; y < height; ++y) {
        png_read_row(png_, pixels + y * stride, nullptr);
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t width() const { return png_get_image_width(png_, info_); }
  std::string message() const { return source_.message; }

 private:
  PngSource source_;
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace

Result<Picture> DecodePng(std::span<const uint8_t> bytes) {
  PngReader reader(bytes);
  if (!reader.created()) return ResourceExhausted("PNG: out of memory");
  if (!reader.ReadHeader()) {
    return InvalidArgument("damaged PNG: " + reader.message());
  }
  OCTET_RETURN_IF_ERROR(CheckPictureSize(reader.height(), reader.width()));
  Picture picture{int(reader.height()), int(reader.width()), 3, {}};
  picture.pixels.resize(size_t{3} * size_t(picture.height) *
                        size_t(picture.width));
  if (!reader.ReadPixels(picture.pixels.data())) {
    return InvalidArgument("damaged PNG: " + reader.message());
  }
  return picture;
}

}  // namespace octet
