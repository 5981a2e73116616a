#include "engine/command/input_shapes.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace octet::command {
namespace {

// The dimensions in text[begin...]; rank -1 where it holds something else.
Shape ParseShape(const std::string& text, size_t begin) {
  Shape shape;
  Shape none;
  none.rank = -1;
  const char* next = text.data() + begin;
  const char* const end = text.data() + text.size();
  while (shape.rank < kMaxRank) {
    const auto [last, error] =
        std::from_chars(next, end, shape.dims[shape.rank++]);
    if (error != std::errc()) return none;
    if (last == end) return shape;
    if (*last != ',') return none;
    next = last + 1;
  }
  return none;
}

}  // namespace

Status ResizeInputs(const std::vector<std::string>& texts, Session& session) {
  if (texts.empty()) return OkStatus();
  std::vector<Shape> shapes;
  const std::vector<TensorInfo> inputs = session.inputs();
  for (const TensorInfo& input : inputs) shapes.push_back(input.shape);
  for (const std::string& text : texts) {
    const size_t equals = text.rfind('=');
    const std::string name = text.substr(0, equals);
    const auto input =
        std::find_if(inputs.begin(), inputs.end(),
                     [&](const TensorInfo& info) { return info.name == name; });
    const Shape shape = ParseShape(
        text, equals == std::string::npos ? text.size() : equals + 1);
    if (input == inputs.end() || shape.rank < 0) {
      return InvalidArgument(
          "--shape " + text + ": expected " + inputs[0].name +
          "=1,320,320,3, an input's name " +
          "and its dimensions as `octet inspect` shows them");
    }
    shapes[static_cast<size_t>(input - inputs.begin())] = shape;
  }
  return session.Resize(shapes);
}

PreprocessingInfo PreprocessingAtSize(const PreprocessingInfo& info,
                                      const Session& session) {
  const size_t input = static_cast<size_t>(info.input);
  const Shape before = session.model().inputs()[input].shape;
  const Shape now = session.inputs()[input].shape;
  PreprocessingInfo result = info;
  if (now.rank != 4 || now == before) return result;
  result.height = now[1];
  result.width = now[2];
  const int64_t shorter = std::min(info.height, info.width);
  const int64_t target =
      int64_t{info.resize_shorter} * std::min(now[1], now[2]);
  // At least the larger side: a crop of a picture must lie inside it.
  result.resize_shorter = static_cast<int32_t>(
      std::max<int64_t>({(target + shorter - 1) / std::max<int64_t>(shorter, 1),
                         std::max(now[1], now[2])}));
  return result;
}

}  // namespace octet::command
