#include <cstdio>
#include <memory>
#include <utility>

#include "octet/c.h"
#include "octet/model.h"
#include "octet/session.h"

struct octet_model {
  std::shared_ptr<const octet::Model> model;
};

struct octet_session {
  std::unique_ptr<octet::Session> session;
};

namespace {

static_assert(OCTET_MAX_RANK == octet::kMaxRank);
static_assert(static_cast<int>(octet::StatusCode::kInternal) == OCTET_INTERNAL);
static_assert(static_cast<int>(octet::DataType::kBool) == OCTET_BOOL);

thread_local char last_error[1024] = "";

octet_status Report(const octet::Status& status) {
  if (!status.ok()) {
    std::snprintf(last_error, sizeof(last_error), "%s",
                  status.message().c_str());
  }
  return static_cast<octet_status>(status.code());
}

octet_status ReportNull() {
  return Report(octet::InvalidArgument("an argument is NULL"));
}

octet_status Keep(octet::Result<std::shared_ptr<const octet::Model>> result,
                  octet_model** model) {
  if (!result.ok()) return Report(result.status());
  *model = new octet_model{*std::move(result)};
  return OCTET_OK;
}

octet_status FillTensor(const std::vector<octet::TensorInfo>& infos, int index,
                        octet_tensor* tensor) {
  if (index < 0 || static_cast<size_t>(index) >= infos.size()) {
    return Report(
        octet::InvalidArgument("there is no tensor " + std::to_string(index)));
  }
  const octet::TensorInfo& info = infos[static_cast<size_t>(index)];
  tensor->name = info.name.c_str();
  tensor->rank = info.shape.rank;
  for (int axis = 0; axis < OCTET_MAX_RANK; ++axis) {
    tensor->dims[axis] = info.shape.dims[axis];
  }
  tensor->scale = info.scale;
  tensor->zero_point = info.zero_point;
  tensor->num_elements = info.NumElements();
  tensor->type = static_cast<octet_data_type>(info.type);
  tensor->num_bytes = info.NumBytes();
  return OCTET_OK;
}

// The names of `infos` do not outlive the call: those of the model do.
octet_status FillSessionTensor(const std::vector<octet::TensorInfo>& infos,
                               const std::vector<octet::TensorInfo>& named,
                               int index, octet_tensor* tensor) {
  const octet_status status = FillTensor(infos, index, tensor);
  if (status == OCTET_OK) {
    tensor->name = named[static_cast<size_t>(index)].name.c_str();
  }
  return status;
}

}  // namespace

const char* octet_version(void) { return OCTET_VERSION; }

const char* octet_last_error(void) { return last_error; }

octet_status octet_model_load(const char* path, octet_model** model) {
  if (path == nullptr || model == nullptr) return ReportNull();
  return Keep(octet::Model::Load(path), model);
}

octet_status octet_model_from_memory(const void* data, size_t size,
                                     octet_model** model) {
  if (data == nullptr || model == nullptr) return ReportNull();
  return Keep(octet::Model::FromMemory(data, size), model);
}

void octet_model_free(octet_model* model) { delete model; }

const char* octet_model_name(const octet_model* model) {
  return model->model->name().c_str();
}

int octet_model_num_inputs(const octet_model* model) {
  return static_cast<int>(model->model->inputs().size());
}

int octet_model_num_outputs(const octet_model* model) {
  return static_cast<int>(model->model->outputs().size());
}

octet_status octet_model_input(const octet_model* model, int index,
                               octet_tensor* tensor) {
  if (model == nullptr || tensor == nullptr) return ReportNull();
  return FillTensor(model->model->inputs(), index, tensor);
}

octet_status octet_model_output(const octet_model* model, int index,
                                octet_tensor* tensor) {
  if (model == nullptr || tensor == nullptr) return ReportNull();
  return FillTensor(model->model->outputs(), index, tensor);
}

int octet_model_num_labels(const octet_model* model) {
  return static_cast<int>(model->model->labels().size());
}

const char* octet_model_label(const octet_model* model, int index) {
  if (index < 0 || index >= octet_model_num_labels(model)) return nullptr;
  return model->model->labels()[static_cast<size_t>(index)].c_str();
}

void octet_session_options_init(octet_session_options* options) {
  options->num_threads = 1;
  options->isa = nullptr;
}

octet_status octet_session_create(const octet_model* model,
                                  const octet_session_options* options,
                                  octet_session** session) {
  if (model == nullptr || session == nullptr) return ReportNull();
  octet::SessionOptions session_options;
  if (options != nullptr) {
    session_options.num_threads = options->num_threads;
    if (options->isa != nullptr) session_options.isa = options->isa;
  }
  auto result = octet::Session::Create(model->model, session_options);
  if (!result.ok()) return Report(result.status());
  *session = new octet_session{*std::move(result)};
  return OCTET_OK;
}

void octet_session_free(octet_session* session) { delete session; }

octet_status octet_session_input(const octet_session* session, int index,
                                 octet_tensor* tensor) {
  if (session == nullptr || tensor == nullptr) return ReportNull();
  return FillSessionTensor(session->session->inputs(),
                           session->session->model().inputs(), index, tensor);
}

octet_status octet_session_output(const octet_session* session, int index,
                                  octet_tensor* tensor) {
  if (session == nullptr || tensor == nullptr) return ReportNull();
  return FillSessionTensor(session->session->outputs(),
                           session->session->model().outputs(), index, tensor);
}

octet_status octet_session_resize(octet_session* session, int index,
                                  const int32_t* dims, int rank) {
  if (session == nullptr || dims == nullptr) return ReportNull();
  if (rank < 0 || rank > OCTET_MAX_RANK) {
    return Report(octet::InvalidArgument("a shape has no " +
                                         std::to_string(rank) + " dimensions"));
  }
  octet::Shape shape;
  for (int axis = 0; axis < rank; ++axis) shape.dims[axis] = dims[axis];
  shape.rank = rank;
  return Report(session->session->Resize(index, shape));
}

octet_status octet_session_set_input_float(octet_session* session, int index,
                                           const float* values, size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->SetInput(index, values, size));
}

octet_status octet_session_set_input_int8(octet_session* session, int index,
                                          const int8_t* values, size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->SetInput(index, values, size));
}

octet_status octet_session_set_input_bytes(octet_session* session, int index,
                                           const void* values, size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->SetInputBytes(index, values, size));
}

octet_status octet_session_run(octet_session* session) {
  if (session == nullptr) return ReportNull();
  return Report(session->session->Run());
}

octet_status octet_session_get_output_float(const octet_session* session,
                                            int index, float* values,
                                            size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->GetOutput(index, values, size));
}

octet_status octet_session_get_output_int8(const octet_session* session,
                                           int index, int8_t* values,
                                           size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->GetOutput(index, values, size));
}

octet_status octet_session_get_output_bytes(const octet_session* session,
                                            int index, void* values,
                                            size_t size) {
  if (session == nullptr || values == nullptr) return ReportNull();
  return Report(session->session->GetOutputBytes(index, values, size));
}

const char* octet_session_isa(const octet_session* session) {
  return session->session->isa().c_str();
}
