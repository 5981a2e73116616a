#include "engine/image/encode_png.h"

#include <cstdlib>
#include <memory>
#include <span>

#include "engine/image/file.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace octet {
namespace {

struct Free {
  void operator()(uint8_t* bytes) const { std::free(bytes); }
};

}  // namespace

Status WritePng(const std::string& path, const Picture& picture) {
  OCTET_RETURN_IF_ERROR(CheckPicture(picture));
  int size = 0;
  const std::unique_ptr<uint8_t, Free> bytes(stbi_write_png_to_mem(
      picture.pixels.data(), picture.width * picture.channels, picture.width,
      picture.height, picture.channels, &size));
  if (bytes == nullptr) return ResourceExhausted(path + ": out of memory");
  return WriteFileAtomically(path,
                             std::span(bytes.get(), static_cast<size_t>(size)));
}

}  // namespace octet
