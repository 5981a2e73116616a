// SHA-256, for the provenance of a converted model.

#ifndef OCTET_CONVERTER_EXPORT_SHA256_H_
#define OCTET_CONVERTER_EXPORT_SHA256_H_

#include <string>
#include <string_view>

#include "octet/status.h"

namespace octet::converter {

// 64 lower-case hexadecimal digits. The file is read in pieces. Errors name it.
Result<std::string> Sha256OfFile(const std::string& path);

// Of these bytes.
Result<std::string> Sha256OfText(std::string_view text);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPORT_SHA256_H_
