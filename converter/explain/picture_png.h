// Samples as pictures in a report.

#ifndef OCTET_CONVERTER_EXPLAIN_PICTURE_PNG_H_
#define OCTET_CONVERTER_EXPLAIN_PICTURE_PNG_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/model.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// The values of an input as a PNG. With `info`, the pixels behind them:
//   pixel = value * std[c] + mean[c]
// in the order red, green, blue. Without it (null), or where the input has
// neither one nor three channels, a gray picture of {rows, the rest} from the
// smallest value (black) to the largest (white); at most 512 x 512 of it.
Result<std::vector<uint8_t>> EncodeInput(std::span<const float> values,
                                         const Shape& shape,
                                         const PreprocessingInfo* info);

// "data:image/png;base64,...".
std::string PngDataUri(std::span<const uint8_t> png);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_PICTURE_PNG_H_
