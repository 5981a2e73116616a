// The file of --config: what single tensors get instead of --method.

#ifndef OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_
#define OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_

#include <map>
#include <string>

#include "converter/calibrate/calibrate.h"
#include "octet/status.h"

namespace octet::converter {

// A JSON object: the name of an activation -> a method's name, or its range as
// [min, max].
//
//   {"conv1:0": "kl", "scores": [-12.5, 30]}
//
// Errors name the file and the tensor.
Result<std::map<std::string, TensorRule>> ReadRangeConfig(
    const std::string& path);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_
