// Pictures as PNG.

#ifndef OCTET_ENGINE_IMAGE_ENCODE_PNG_H_
#define OCTET_ENGINE_IMAGE_ENCODE_PNG_H_

#include <string>

#include "engine/image/picture.h"
#include "octet/status.h"

namespace octet {

// Writes `picture` (1 or 3 channels) to `path`, atomically (see
// WriteFileAtomically). Errors: as that, or CheckPicture's.
Status WritePng(const std::string& path, const Picture& picture);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_ENCODE_PNG_H_
