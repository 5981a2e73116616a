// The option --shape input=1,3,224,224.

#ifndef OCTET_CONVERTER_COMMAND_SHAPE_OPTION_H_
#define OCTET_CONVERTER_COMMAND_SHAPE_OPTION_H_

#include <map>
#include <string>
#include <vector>

#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// "name=1,3,224,224" each, in the source model's own order of dimensions. The
// first of several for one input counts.
Result<std::map<std::string, Shape>> ParseShapes(
    const std::vector<std::string>& texts);

// Their inverse.
std::vector<std::string> ShapeTexts(const std::map<std::string, Shape>& shapes);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_SHAPE_OPTION_H_
