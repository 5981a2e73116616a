// The whole conversion, from the command line's options to a written file.

#ifndef OCTET_CONVERTER_COMMAND_CONVERT_H_
#define OCTET_CONVERTER_COMMAND_CONVERT_H_

#include "converter/command/options.h"
#include "octet/status.h"

namespace octet::converter {

// Imports, simplifies, calibrates, quantizes, writes options.output_path and,
// where asked, evaluates. Results go to stdout, progress to stderr. The output
// is written atomically, and only when it is complete and the engine has
// accepted it.
Status Convert(const ConvertOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_CONVERT_H_
