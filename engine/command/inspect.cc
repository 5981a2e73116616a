#include <cstdio>
#include <memory>

#include "engine/command/commands.h"
#include "octet/isa.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::command {
namespace {

void PrintTensors(const char* what, const std::vector<TensorInfo>& tensors) {
  for (const TensorInfo& info : tensors) {
    std::printf("%-14s %s %s", what, info.name.c_str(),
                info.shape.ToString().c_str());
    if (info.type == DataType::kInt8) {
      std::printf("  scale %.9g, zero_point %d\n", double{info.scale},
                  info.zero_point);
    } else {
      std::printf("  %s\n", DataTypeName(info.type));
    }
  }
}

void PrintList(const char* what, const std::vector<float>& values) {
  std::printf(", %s", what);
  for (float value : values) std::printf(" %.6g", double{value});
}

void PrintPreprocessing(const PreprocessingInfo& info) {
  constexpr const char* kColors[] = {"RGB", "BGR", "gray"};
  std::printf("preprocessing  input %d: ", info.input);
  switch (info.resize) {
    case ResizeMode::kNone:
      break;
    case ResizeMode::kStretch:
      std::printf("stretch, ");
      break;
    case ResizeMode::kShorter:
      std::printf("shorter side to %d, crop the middle, ", info.resize_shorter);
      break;
    case ResizeMode::kFit:
      std::printf("fit %s, fill with %d, ",
                  info.centered ? "in the middle" : "at the top left",
                  info.fill);
      break;
  }
  std::printf("%d x %d %s", info.height, info.width,
              kColors[static_cast<size_t>(info.color_order)]);
  PrintList("mean", info.mean);
  PrintList("std", info.std);
  std::printf("\n");
}

void PrintHead(const HeadInfo& head) {
  constexpr const char* kKinds[] = {"detection", "segmentation", "text"};
  constexpr const char* kCodings[] = {"corners",     "corners_y_first",
                                      "center_size", "grid_exp",
                                      "grid_tanh",   "anchors"};
  std::printf("head           %s of output %d",
              kKinds[static_cast<size_t>(head.kind)], head.output);
  if (head.kind == HeadKind::kDetection) {
    std::printf(", boxes of output %d (%s), %d classes, score at least %.6g",
                head.boxes.output,
                kCodings[static_cast<size_t>(head.boxes.coding)],
                head.boxes.num_classes, double{head.threshold});
  }
  if (!head.names.empty()) {
    std::printf(", %zu names, '%s' to '%s'", head.names.size(),
                head.names.front().c_str(), head.names.back().c_str());
  }
  std::printf("\n");
}

void PrintWeights(const std::vector<StoredWeights>& rows) {
  for (const StoredWeights& row : rows) {
    std::printf("weights        %s: %zu layers, %zu values in %zu bytes\n",
                row.encoding.c_str(), row.layers, row.values, row.bytes);
  }
}

void PrintProvenance(const ProvenanceInfo& info) {
  std::printf("converter      %s\n", info.converter_version.c_str());
  for (const std::string& option : info.converter_options) {
    std::printf("  %s\n", option.c_str());
  }
  std::printf("source         %s\n", info.source_file.c_str());
  std::printf("  sha256 %s\n", info.source_sha256.c_str());
  std::printf("calibration    %s, %u samples\n",
              info.calibration_method.c_str(), info.calibration_samples);
  if (!info.calibration_order_sha256.empty()) {
    std::printf("  sha256 of their names, in order %s\n",
                info.calibration_order_sha256.c_str());
  }
}

Status PrintPlan(std::shared_ptr<const Model> model, const std::string& isa) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                         Session::Create(std::move(model), {.isa = isa}));
  const MemoryUse memory = session->memory_use();
  std::printf("\nplan for %s\n%s", session->isa().c_str(),
              session->DescribePlan().c_str());
  std::printf("packed weights %zu bytes, arena %zu bytes (%zu without reuse)\n",
              memory.packed_weights, memory.arena, memory.unplanned);
  return OkStatus();
}

}  // namespace

Status Inspect(const InspectOptions& options) {
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.model_path));
  std::printf("model          %s\n", model->name().c_str());
  PrintTensors("input", model->inputs());
  for (const VaryingDimension& varying : model->varying_dimensions()) {
    std::printf("  input %d, dimension %d: %d to %d in steps of %d\n",
                varying.input, varying.axis, varying.minimum, varying.maximum,
                varying.step);
  }
  PrintTensors("output", model->outputs());
  for (const PreprocessingInfo& info : model->preprocessing()) {
    PrintPreprocessing(info);
  }
  if (!model->labels().empty()) {
    std::printf("labels         %zu, '%s' to '%s'\n", model->labels().size(),
                model->labels().front().c_str(),
                model->labels().back().c_str());
  }
  for (const HeadInfo& head : model->heads()) PrintHead(head);
  PrintWeights(model->stored_weights());
  PrintProvenance(model->provenance());
  if (!options.plan) return OkStatus();
  return PrintPlan(std::move(model), options.isa);
}

Status Isas() {
  for (const IsaInfo& isa : ListIsas()) {
    std::printf("%-12s %s\n", isa.name.c_str(),
                isa.supported ? "supported" : "not supported by this CPU");
  }
  return OkStatus();
}

}  // namespace octet::command
