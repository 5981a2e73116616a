#include "converter/command/convert_quantized.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "converter/command/metadata.h"
#include "converter/command/read_model.h"
#include "converter/command/shape_option.h"
#include "converter/command/varying_inputs.h"
#include "converter/export/export_model.h"
#include "converter/tflite/quantized_model.h"
#include "engine/image/file.h"
#include "octet/model.h"

namespace octet::converter {
namespace {

// Options that mean something without calibration.
const std::set<std::string> kAllowed = {
    "model",   "output", "size", "resize-shorter", "crop",        "stretch",
    "mean",    "std",    "bgr",  "gray",           "class-names", "verbose",
    "threads", "head",   "fit",  "fill",           "centered",    "shape",
    "vary"};

Status CheckOptions(const ConvertOptions& options) {
  std::string others;
  for (const std::string& name : options.given) {
    if (!kAllowed.contains(name)) others += " --" + name;
  }
  if (others.empty()) return OkStatus();
  return InvalidArgument(options.model_path +
                         ": the network is quantized already and keeps its "
                         "integers; leave out" +
                         others);
}

Result<schema::ModelT> ModelAt(const ConvertOptions& options,
                               const std::map<std::string, Shape>& shapes) {
  OCTET_ASSIGN_OR_RETURN(
      TfliteImport imported,
      ReadSourceModel(options.model_path, ShapeTexts(shapes)));
  return MakeQuantizedModel(std::move(imported), options.model_path);
}

Result<VaryingInputs> FindVarying(
    const ConvertOptions& options,
    const std::map<std::string, Shape>& source_shapes) {
  if (options.vary.empty()) return VaryingInputs();
  OCTET_ASSIGN_OR_RETURN(schema::ModelT base, ModelAt(options, source_shapes));
  return FindVaryingInputs(
      std::move(base), source_shapes, options.vary,
      [&](const auto& shapes) { return ModelAt(options, shapes); });
}

}  // namespace

Status ConvertQuantized(const ConvertOptions& options, TfliteImport imported) {
  OCTET_RETURN_IF_ERROR(CheckOptions(options));
  const std::map<std::string, Shape> source_shapes =
      InputShapesByName(imported.graph);
  if (options.verbose) {
    std::fputs(ToString(imported.graph).c_str(), stderr);
  }
  OCTET_ASSIGN_OR_RETURN(
      schema::ModelT model,
      MakeQuantizedModel(std::move(imported), options.model_path));
  OCTET_ASSIGN_OR_RETURN(const VaryingInputs varying,
                         FindVarying(options, source_shapes));
  for (const schema::VaryingDimensionT& dimension : varying.dimensions) {
    model.varying_dimensions.push_back(
        std::make_unique<schema::VaryingDimensionT>(dimension));
  }
  const size_t operators = model.operators.size();
  OCTET_ASSIGN_OR_RETURN(const ModelMetadata metadata,
                         MakeQuantizedMetadata(options, model));
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes,
                         ExportModel(std::move(model), metadata));
  const auto loaded = Model::FromMemory(bytes.data(), bytes.size());
  if (!loaded.ok()) return loaded.status().WithContext(options.model_path);
  OCTET_RETURN_IF_ERROR(CheckTrials(*loaded, varying));
  OCTET_RETURN_IF_ERROR(WriteFileAtomically(options.output_path, bytes));
  std::printf("%s: %zu bytes, %zu operators with the source's own integers\n",
              options.output_path.c_str(), bytes.size(), operators);
  return OkStatus();
}

}  // namespace octet::converter
