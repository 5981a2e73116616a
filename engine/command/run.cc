#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "engine/command/commands.h"
#include "engine/command/input_shapes.h"
#include "engine/command/run_report.h"
#include "engine/image/encode_png.h"
#include "engine/image/file.h"
#include "engine/image/npy.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::command {
namespace {

Result<Picture> SetPicture(const std::string& path, Session& session) {
  const Model& model = session.model();
  if (model.preprocessing().size() != 1 || model.inputs().size() != 1) {
    return InvalidArgument(
        "the model does not say how to feed it one picture; pass "
        "--input FILE.npy");
  }
  OCTET_ASSIGN_OR_RETURN(Picture picture, DecodePicture(path));
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<float> values,
      Preprocess(picture,
                 PreprocessingAtSize(model.preprocessing()[0], session)));
  OCTET_RETURN_IF_ERROR(session.SetInput(0, values.data(), values.size()));
  return picture;
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

// The picture, if it is one that was fed.
Result<std::optional<Picture>> SetInputs(const RunOptions& options,
                                         Session& session) {
  if (!options.picture_path.empty()) {
    OCTET_ASSIGN_OR_RETURN(Picture picture,
                           SetPicture(options.picture_path, session));
    return std::optional<Picture>(std::move(picture));
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
  return std::optional<Picture>();
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

// What is asked for beside the outputs themselves.
Status Report(const RunOptions& options, const std::optional<Picture>& picture,
              const Session& session) {
  const bool has_heads = !session.model().heads().empty();
  if (!options.draw_path.empty() && (!has_heads || !picture.has_value())) {
    return InvalidArgument(
        "--draw needs a picture, and a model with a head (octet-convert "
        "--head)");
  }
  OCTET_ASSIGN_OR_RETURN(const RunReport report,
                         has_heads ? ReportHeads(session, picture)
                                   : ReportTop(session, options.top));
  if (!options.draw_path.empty()) {
    OCTET_RETURN_IF_ERROR(WritePng(options.draw_path, report.drawing));
  }
  if (!options.json_path.empty()) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(report.json.data());
    OCTET_RETURN_IF_ERROR(WriteFileAtomically(
        options.json_path, std::span(bytes, report.json.size())));
  }
  if (options.output_paths.empty()) std::fputs(report.text.c_str(), stdout);
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
  OCTET_ASSIGN_OR_RETURN(const std::optional<Picture> picture,
                         SetInputs(options, *session));
  OCTET_RETURN_IF_ERROR(session->Run());
  if (!options.output_paths.empty()) {
    OCTET_RETURN_IF_ERROR(WriteOutputs(options, *session));
    if (options.draw_path.empty() && options.json_path.empty()) {
      return OkStatus();
    }
  }
  return Report(options, picture, *session);
}

}  // namespace octet::command
