#include "converter/command/metadata.h"

#include <filesystem>
#include <utility>

#include "converter/samples/labels.h"
#include "engine/image/sha256.h"

namespace octet::converter {
namespace {

// Whether the samples that the options describe are pictures for this input.
bool ArePictures(const SampleOptions& samples, const Shape& input) {
  if (input.rank != 4 || (input[3] != 1 && input[3] != 3)) return false;
  switch (samples.format) {
    case SampleFormat::kArrays:
      return false;
    case SampleFormat::kRecords:
      return samples.records.is_picture();
    default:
      break;
  }
  // kAuto: arrays are told by their names.
  const std::filesystem::path path = samples.path;
  return path.extension() != ".npy" && path.extension() != ".npz";
}

schema::PreprocessingT ToSchema(const PreprocessingInfo& info) {
  schema::PreprocessingT preprocessing;
  preprocessing.input = 0;
  preprocessing.height = info.height;
  preprocessing.width = info.width;
  preprocessing.resize = static_cast<schema::PictureResize>(info.resize);
  preprocessing.resize_shorter = info.resize_shorter;
  preprocessing.color_order = static_cast<schema::ColorOrder>(info.color_order);
  preprocessing.mean = info.mean;
  preprocessing.std = info.std;
  preprocessing.fill = info.fill;
  preprocessing.centered = info.centered;
  return preprocessing;
}

template <typename Spec>
std::vector<Spec> SpecsOf(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<Spec> specs;
  for (ValueId id : ids) {
    specs.push_back({graph.value(id).name, graph.value(id).shape});
  }
  return specs;
}

Shape ShapeOf(const schema::TensorT& tensor) {
  Shape shape;
  for (const int32_t size : tensor.shape) shape.dims[shape.rank++] = size;
  return shape;
}

// Class names, which are the head's where there is one, the head, and of the
// provenance what is known without samples.
Result<ModelMetadata> MakeSourceMetadata(
    const ConvertOptions& options, const std::vector<OutputSpec>& outputs) {
  ModelMetadata metadata;
  if (!options.class_names_path.empty()) {
    OCTET_ASSIGN_OR_RETURN(metadata.labels,
                           ReadClassNames(options.class_names_path));
  }
  if (!options.head.empty()) {
    OCTET_ASSIGN_OR_RETURN(
        schema::HeadT head,
        MakeHead(options.head, std::exchange(metadata.labels, {}), outputs));
    metadata.heads.push_back(std::move(head));
  }
  schema::ProvenanceT& provenance = metadata.provenance;
  provenance.converter_options = options.recorded;
  provenance.source_file =
      std::filesystem::path(options.model_path).filename().string();
  OCTET_ASSIGN_OR_RETURN(provenance.source_sha256,
                         Sha256OfFile(options.model_path));
  return metadata;
}

// Whether an option says how a picture becomes the input.
bool DescribesPicture(const PreprocessingInfo& info) {
  return info.height != 0 || info.resize != ResizeMode::kNone ||
         info.color_order != ColorOrder::kRgb || !info.mean.empty() ||
         !info.std.empty();
}

}  // namespace

std::vector<InputSpec> InputSpecs(const Graph& graph) {
  return SpecsOf<InputSpec>(graph, graph.inputs);
}

Result<ModelMetadata> MakeMetadata(const ConvertOptions& options,
                                   const Graph& graph,
                                   const SampleSource* calibration) {
  OCTET_ASSIGN_OR_RETURN(
      ModelMetadata metadata,
      MakeSourceMetadata(options, SpecsOf<OutputSpec>(graph, graph.outputs)));
  const std::vector<InputSpec> inputs = InputSpecs(graph);
  SampleOptions samples = options.samples;
  samples.path = options.calibrate_path;
  if (inputs.size() == 1 && ArePictures(samples, inputs[0].shape)) {
    OCTET_ASSIGN_OR_RETURN(
        const PreprocessingInfo info,
        CompletePreprocessing(samples.preprocessing, inputs[0]));
    metadata.preprocessing.push_back(ToSchema(info));
  }
  if (calibration == nullptr) return metadata;
  schema::ProvenanceT& provenance = metadata.provenance;
  provenance.calibration_method = options.method;
  provenance.calibration_samples = static_cast<uint32_t>(calibration->size());
  std::string names;
  for (size_t i = 0; i < calibration->size(); ++i) {
    names += calibration->Name(i) + "\n";
  }
  provenance.calibration_order_sha256 = Sha256OfText(names);
  return metadata;
}

Result<ModelMetadata> MakeQuantizedMetadata(const ConvertOptions& options,
                                            const schema::ModelT& model) {
  std::vector<OutputSpec> outputs;
  for (const uint32_t output : model.outputs) {
    const schema::TensorT& tensor = *model.tensors[output];
    outputs.push_back({tensor.name, ShapeOf(tensor)});
  }
  OCTET_ASSIGN_OR_RETURN(ModelMetadata metadata,
                         MakeSourceMetadata(options, outputs));
  const schema::TensorT& tensor = *model.tensors[model.inputs[0]];
  PreprocessingInfo info = options.samples.preprocessing;
  const InputSpec input{tensor.name, ShapeOf(tensor)};
  const bool is_picture = input.shape.rank == 4 && input.shape[3] == 3;
  if (model.inputs.size() != 1 || tensor.quantization == nullptr ||
      (!is_picture && !DescribesPicture(info))) {
    return metadata;
  }
  if (info.mean.empty() && info.std.empty()) {
    const schema::QuantizationT& quantization = *tensor.quantization;
    info.mean = {static_cast<float>(quantization.zero_point + 128)};
    info.std = {1.0f / quantization.scale[0]};
  }
  OCTET_ASSIGN_OR_RETURN(info, CompletePreprocessing(info, input));
  metadata.preprocessing.push_back(ToSchema(info));
  return metadata;
}

}  // namespace octet::converter
