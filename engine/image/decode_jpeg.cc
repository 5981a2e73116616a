#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

// jpeglib.h needs <cstdio> and <cstddef> before it.
#include <jerror.h>
#include <jpeglib.h>

#include "engine/image/decoders.h"

namespace octet {
namespace {

// libjpeg reports an error by a call that must not return, so it is left by
// longjmp. That may skip no destructor: the functions that call setjmp own
// nothing, and everything they use lives in a JpegReader outside of them.
struct JpegState {
  jpeg_decompress_struct decoder;
  jpeg_error_mgr errors;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void Fail(j_common_ptr decoder) {
  JpegState* state = static_cast<JpegState*>(decoder->client_data);
  decoder->err->format_message(decoder, state->message);
  longjmp(state->escape, 1);
}

// A warning (level -1) means that pixels were lost and made up, except for the
// two that concern bytes between segments and an odd version number.
void HandleMessage(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  const int code = decoder->err->msg_code;
  if (code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR) return;
  Fail(decoder);
}

class JpegReader {
 public:
  JpegReader() : state_{} {
    state_.decoder.err = jpeg_std_error(&state_.errors);
    state_.errors.error_exit = Fail;
    state_.errors.emit_message = HandleMessage;
    state_.decoder.client_data = &state_;
  }
  // Does nothing where ReadHeader has not come to create the decoder.
  ~JpegReader() { jpeg_destroy_decompress(&state_.decoder); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // False: message() says why.
  bool ReadHeader(std::span<const uint8_t> bytes) {
    if (setjmp(state_.escape) != 0) return false;
    jpeg_create_decompress(&state_.decoder);
    jpeg_mem_src(&state_.decoder, bytes.data(), bytes.size());
    jpeg_read_header(&state_.decoder, TRUE);
    return true;
  }

  // REQUIRES: ReadHeader returned true; `pixels` has room for height() rows of
  // width() pixels of 3 bytes.
  bool ReadPixels(uint8_t* pixels) {
    if (setjmp(state_.escape) != 0) return false;
    state_.decoder.out_color_space = JCS_RGB;
    jpeg_start_decompress(&state_.decoder);
    while (state_.decoder.output_scanline < state_.decoder.output_height) {
      JSAMPROW row = pixels + size_t{3} * state_.decoder.output_width *
                                  state_.decoder.output_scanline;
      jpeg_read_scanlines(&state_.decoder, &row, 1);
    }
    jpeg_finish_decompress(&state_.decoder);
    return true;
  }

  int height() const { return int(state_.decoder.image_height); }
  int width() const { return int(state_.decoder.image_width); }
  // libjpeg makes no RGB of the four inks of print.
  bool is_cmyk() const {
    return state_.decoder.jpeg_color_space == JCS_CMYK ||
           state_.decoder.jpeg_color_space == JCS_YCCK;
  }
  std::string message() const { return state_.message; }

 private:
  JpegState state_;
};

}  // namespace

Result<Picture> DecodeJpeg(std::span<const uint8_t> bytes) {
  JpegReader reader;
  if (!reader.ReadHeader(bytes)) {
    return InvalidArgument("damaged JPEG: " + reader.message());
  }
  if (reader.is_cmyk()) {
    return Unsupported("JPEG in CMYK colours; convert it to RGB");
  }
  OCTET_RETURN_IF_ERROR(CheckPictureSize(reader.height(), reader.width()));
  Picture picture{reader.height(), reader.width(), 3, {}};
  picture.pixels.resize(size_t{3} * size_t(picture.height) *
                        size_t(picture.width));
  if (!reader.ReadPixels(picture.pixels.data())) {
    return InvalidArgument("damaged JPEG: " + reader.message());
  }
  return picture;
}

}  // namespace octet
