#include "converter/command/shape_option.h"

#include <cstdio>
#include <utility>

namespace octet::converter {
namespace {

Result<std::pair<std::string, Shape>> ParseShape(const std::string& text) {
  const Status error = InvalidArgument(
      "--shape " + text + ": expected input=1,3,224,224, at most " +
      std::to_string(kMaxRank) + " dimensions of 1 or more");
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return error;
  Shape shape;
  const char* rest = text.c_str() + equals;
  while (*rest == '=' || *rest == ',') {
    int value = 0;
    int length = 0;
    if (shape.rank == kMaxRank ||
        std::sscanf(rest + 1, "%9d%n", &value, &length) != 1 || value < 1) {
      return error;
    }
    shape.dims[shape.rank++] = value;
    rest += 1 + length;
  }
  if (*rest != '\0') return error;
  return std::make_pair(text.substr(0, equals), shape);
}

}  // namespace

Result<std::map<std::string, Shape>> ParseShapes(
    const std::vector<std::string>& texts) {
  std::map<std::string, Shape> shapes;
  for (const std::string& text : texts) {
    OCTET_ASSIGN_OR_RETURN(auto shape, ParseShape(text));
    shapes.insert(std::move(shape));
  }
  return shapes;
}

std::vector<std::string> ShapeTexts(
    const std::map<std::string, Shape>& shapes) {
  std::vector<std::string> texts;
  for (const auto& [name, shape] : shapes) {
    std::string text = name;
    for (int axis = 0; axis < shape.rank; ++axis) {
      text += (axis == 0 ? "=" : ",") + std::to_string(shape[axis]);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace octet::converter
