#include <cmath>
#include <string>

#include "engine/text_budget.h"
#include "engine/verify.h"

namespace octet {
namespace {

constexpr int32_t kMaxPictureSide = 1 << 16;

// One value a channel or one for all, copied.
Result<std::vector<float>> ReadChannelValues(
    const flatbuffers::Vector<float>* values, int32_t channels,
    const char* what) {
  const uint32_t count = values == nullptr ? 0 : values->size();
  if (count != 1 && count != static_cast<uint32_t>(channels)) {
    return InvalidModel(std::string(what) + " has " + std::to_string(count) +
                        " values for " + std::to_string(channels) +
                        " channels");
  }
  std::vector<float> result(values->begin(), values->end());
  for (const float value : result) {
    if (!std::isfinite(value)) {
      return InvalidModel(std::string(what) + " is not finite");
    }
  }
  return result;
}

Status CheckResize(const schema::Preprocessing& record) {
  switch (record.resize()) {
    case schema::PictureResize::NONE:
    case schema::PictureResize::STRETCH:
    case schema::PictureResize::FIT:
      return OkStatus();
    case schema::PictureResize::SHORTER:
      break;
    default:
      return Unsupported("the resize mode is unknown to this version");
  }
  const int32_t shorter = record.resize_shorter();
  if (shorter > kMaxPictureSide ||
      (shorter < record.height() && shorter < record.width())) {
    return InvalidModel("resize_shorter " + std::to_string(shorter) +
                        " leaves nothing to crop");
  }
  return OkStatus();
}

Status CheckPicture(const schema::Preprocessing& record, const Shape& shape) {
  if (shape.rank != 4 || record.height() != shape[1] ||
      record.width() != shape[2]) {
    return InvalidModel("pictures of " + std::to_string(record.height()) + "x" +
                        std::to_string(record.width()) +
                        " do not fit the input's shape " + shape.ToString());
  }
  const schema::ColorOrder order = record.color_order();
  if (order < schema::ColorOrder::MIN || order > schema::ColorOrder::MAX) {
    return Unsupported("the colour order is unknown to this version");
  }
  const int32_t channels = order == schema::ColorOrder::GRAY ? 1 : 3;
  if (shape[3] != channels) {
    return InvalidModel("pictures of " + std::to_string(channels) +
                        " channels do not fit the input's shape " +
                        shape.ToString());
  }
  return CheckResize(record);
}

Result<PreprocessingInfo> ReadPreprocessing(const schema::Preprocessing& record,
                                            const Network& network) {
  if (record.input() >= network.inputs.size()) {
    return InvalidModel("input " + std::to_string(record.input()) +
                        " does not exist");
  }
  const int tensor = network.inputs[record.input()];
  const Shape& shape = network.tensor(tensor).shape;
  OCTET_RETURN_IF_ERROR(CheckPicture(record, shape));
  PreprocessingInfo info;
  info.input = static_cast<int>(record.input());
  info.height = record.height();
  info.width = record.width();
  info.resize = static_cast<ResizeMode>(record.resize());
  info.resize_shorter = record.resize_shorter();
  info.color_order = static_cast<ColorOrder>(record.color_order());
  info.fill = record.fill();
  info.centered = record.centered();
  OCTET_ASSIGN_OR_RETURN(info.mean,
                         ReadChannelValues(record.mean(), shape[3], "mean"));
  OCTET_ASSIGN_OR_RETURN(info.std,
                         ReadChannelValues(record.std(), shape[3], "std"));
  for (const float value : info.std) {
    if (value <= 0.0f) return InvalidModel("std must be above 0");
  }
  return info;
}

Status ReadAllPreprocessing(const schema::Model& model, const Network& network,
                            Metadata* metadata) {
  if (model.preprocessing() == nullptr) return OkStatus();
  std::vector<bool> seen(network.inputs.size());
  for (const schema::Preprocessing* record : *model.preprocessing()) {
    OCTET_ASSIGN_OR_RETURN(PreprocessingInfo info,
                           ReadPreprocessing(*record, network));
    const size_t input = static_cast<size_t>(info.input);
    if (seen[input]) {
      return InvalidModel("input " + std::to_string(info.input) +
                          " has more than one entry");
    }
    seen[input] = true;
    metadata->preprocessing.push_back(std::move(info));
  }
  return OkStatus();
}

Status ReadLabels(const schema::Model& model, const Network& network,
                  TextBudget* budget, Metadata* metadata) {
  OCTET_RETURN_IF_ERROR(budget->CopyAll(model.labels(), &metadata->labels));
  const Shape& shape = network.tensor(network.outputs[0]).shape;
  const size_t classes =
      shape.rank == 0 ? 1 : static_cast<size_t>(shape[shape.rank - 1]);
  if (metadata->labels.size() > classes) {
    return InvalidModel("there are " + std::to_string(metadata->labels.size()) +
                        " labels for an output of shape " + shape.ToString());
  }
  return OkStatus();
}

Status ReadProvenance(const schema::Provenance* record, TextBudget* budget,
                      ProvenanceInfo* info) {
  if (record == nullptr) return OkStatus();
  OCTET_ASSIGN_OR_RETURN(info->converter_version,
                         budget->Copy(record->converter_version()));
  OCTET_RETURN_IF_ERROR(
      budget->CopyAll(record->converter_options(), &info->converter_options));
  OCTET_ASSIGN_OR_RETURN(info->source_file,
                         budget->Copy(record->source_file()));
  OCTET_ASSIGN_OR_RETURN(info->source_sha256,
                         budget->Copy(record->source_sha256()));
  OCTET_ASSIGN_OR_RETURN(info->calibration_method,
                         budget->Copy(record->calibration_method()));
  info->calibration_samples = record->calibration_samples();
  OCTET_ASSIGN_OR_RETURN(info->calibration_order_sha256,
                         budget->Copy(record->calibration_order_sha256()));
  return OkStatus();
}

}  // namespace

Result<Metadata> VerifyMetadata(const schema::Model& model,
                                const Network& network, size_t size) {
  Metadata metadata;
  TextBudget budget(size);
  OCTET_ASSIGN_OR_RETURN(metadata.name, budget.Copy(model.name()));
  OCTET_RETURN_IF_ERROR(ReadAllPreprocessing(model, network, &metadata)
                            .WithContext("preprocessing"));
  OCTET_RETURN_IF_ERROR(ReadLabels(model, network, &budget, &metadata));
  OCTET_ASSIGN_OR_RETURN(metadata.heads, VerifyHeads(model, network, &budget));
  OCTET_RETURN_IF_ERROR(
      ReadProvenance(model.provenance(), &budget, &metadata.provenance)
          .WithContext("provenance"));
  return metadata;
}

}  // namespace octet
