#include "converter/export/export_model.h"

#include <memory>

namespace octet::converter {
namespace {

// Offsets in a FlatBuffer are 32-bit and signed; the tables need little beside
// the buffers.
constexpr uint64_t kLargestBuffers = (uint64_t{1} << 31) - (uint64_t{1} << 26);

std::string ShapeText(const std::vector<int32_t>& shape) {
  std::string text;
  for (int32_t size : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(size);
  }
  return "[" + text + "]";
}

Status CheckLabels(const std::vector<std::string>& labels,
                   const schema::ModelT& model) {
  if (labels.empty()) return OkStatus();
  const std::vector<int32_t>& shape = model.tensors[model.outputs[0]]->shape;
  if (!shape.empty() && size_t(shape.back()) == labels.size()) {
    return OkStatus();
  }
  return InvalidArgument(std::to_string(labels.size()) +
                         " labels do not name the last dimension of output 0, "
                         "which is " +
                         ShapeText(shape));
}

Status CheckSize(const schema::ModelT& model) {
  uint64_t size = 0;
  for (const auto& buffer : model.buffers) size += buffer->data.size();
  if (size <= kLargestBuffers) return OkStatus();
  return ResourceExhausted("the weights take " + std::to_string(size) +
                           " bytes; an .octet file holds less than 2 GiB");
}

}  // namespace

Result<std::vector<uint8_t>> ExportModel(schema::ModelT model,
                                         const ModelMetadata& metadata) {
  for (const schema::PreprocessingT& preprocessing : metadata.preprocessing) {
    model.preprocessing.push_back(
        std::make_unique<schema::PreprocessingT>(preprocessing));
  }
  for (const schema::HeadT& head : metadata.heads) {
    model.heads.push_back(std::make_unique<schema::HeadT>(head));
  }
  OCTET_RETURN_IF_ERROR(CheckLabels(metadata.labels, model));
  OCTET_RETURN_IF_ERROR(CheckSize(model));
  model.labels = metadata.labels;
  model.provenance = std::make_unique<schema::ProvenanceT>(metadata.provenance);
  model.provenance->converter_version = ConverterVersion();

  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  const uint8_t* bytes = builder.GetBufferPointer();
  return std::vector<uint8_t>(bytes, bytes + builder.GetSize());
}

const char* ConverterVersion() { return OCTET_CONVERTER_VERSION; }

}  // namespace octet::converter
