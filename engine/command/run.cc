#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <utility>

#include "engine/command/commands.h"
#include "engine/command/input_shapes.h"
#include "engine/image/npy.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::command {
namespace {

Status SetPicture(const std::string& path, Session& session) {
  const Model& model = session.model();
  if (model.preprocessing().size() != 1 || model.inputs().size() != 1) {
    return InvalidArgument(
        "the model does not say how to feed it one picture; pass "
        "--input FILE.npy");
  }
  OCTET_ASSIGN_OR_RETURN(const Picture picture, DecodePicture(path));
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<float> values,
      Preprocess(picture,
                 PreprocessingAtSize(model.preprocessing()[0], session)));
  return session.SetInput(0, values.data(), values.size());
}

Status SetArray(const std::string& path, int index, Session& session) {
  const TensorInfo info = session.inputs()[size_t(index)];
  OCTET_ASSIGN_OR_RETURN(const NpyArray array, ReadNpy(path));
  bool matches = array.shape.size() == size_t(info.shape.rank);
  for (int axis = 0; matches && axis < info.shape.rank; ++axis) {
    matches = array.shape[size_t(axis)] == info.shape[axis];
  }
  if (!matches) {
    std::string found;
    for (int64_t size : array.shape) found += std::to_string(size) + " ";
    return InvalidArgument(path + ": its shape is [ " + found + "], input '" +
                           info.name + "' needs " + info.shape.ToString());
  }
  const std::vector<float> values = array.ToFloat();
  return session.SetInput(index, values.data(), values.size());
}

Status SetInputs(const RunOptions& options, Session& session) {
  if (!options.picture_path.empty()) {
    return SetPicture(options.picture_path, session);
  }
  const size_t count = session.model().inputs().size();
  if (options.input_paths.size() != count) {
    return InvalidArgument("the model has " + std::to_string(count) +
                           " inputs; pass a picture, or --input with as many "
                           ".npy files");
  }
  for (size_t i = 0; i < count; ++i) {
    OCTET_RETURN_IF_ERROR(
        SetArray(options.input_paths[i], static_cast<int>(i), session));
  }
  return OkStatus();
}

Result<std::vector<float>> ReadOutput(const Session& session, size_t index) {
  std::vector<float> values(session.outputs()[index].NumElements());
  OCTET_RETURN_IF_ERROR(
      session.GetOutput(static_cast<int>(index), values.data(), values.size()));
  return values;
}

Status WriteOutputs(const RunOptions& options, const Session& session) {
  const std::vector<TensorInfo> outputs = session.outputs();
  if (options.output_paths.size() != outputs.size()) {
    return InvalidArgument("the model has " + std::to_string(outputs.size()) +
                           " outputs; pass as many --output files");
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<float> values,
                           ReadOutput(session, i));
    const Shape& shape = outputs[i].shape;
    const std::vector<int64_t> dims(shape.dims, shape.dims + shape.rank);
    OCTET_RETURN_IF_ERROR(
        WriteNpy(options.output_paths[i], NpyArray::FromFloats(dims, values)));
  }
  return OkStatus();
}

// The `top` largest values of output 0, with their labels.
Status PrintTop(int top, const Session& session) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<float> scores,
                         ReadOutput(session, 0));
  const std::vector<std::string>& labels = session.model().labels();
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(static_cast<size_t>(top), order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
      [&](size_t a, size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
      });
  for (size_t i = 0; i < count; ++i) {
    const size_t index = order[i];
    std::printf("%10.4f  %5zu  %s\n", double{scores[index]}, index,
                index < labels.size() ? labels[index].c_str() : "");
  }
  return OkStatus();
}

}  // namespace

Status Run(const RunOptions& options) {
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.model_path));
  OCTET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = options.num_threads,
                                         .isa = options.isa}));
  OCTET_RETURN_IF_ERROR(ResizeInputs(options.shapes, *session));
  OCTET_RETURN_IF_ERROR(SetInputs(options, *session));
  OCTET_RETURN_IF_ERROR(session->Run());
  if (!options.output_paths.empty()) return WriteOutputs(options, *session);
  return PrintTop(options.top, *session);
}

}  // namespace octet::command
