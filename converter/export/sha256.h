// SHA-256 of a file, for the provenance of a converted model.

#ifndef OCTET_CONVERTER_EXPORT_SHA256_H_
#define OCTET_CONVERTER_EXPORT_SHA256_H_

#include <string>

#include "octet/status.h"

namespace octet::converter {

// 64 lower-case hexadecimal digits. The file is read in pieces. Errors name it.
Result<std::string> Sha256OfFile(const std::string& path);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPORT_SHA256_H_
