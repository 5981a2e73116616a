#include "octet/session.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "engine/cores.h"
#include "engine/model_contents.h"
#include "engine/operators/registry.h"
#include "engine/plan.h"
#include "engine/resize_network.h"
#include "engine/tensor_values.h"

namespace octet {
namespace {

// Sleeping threads take 30 to 70 microseconds to wake, after every pause
// between runs: twice that of a fast kernel.
constexpr int64_t kMacsWorthWaking = 30'000'000;

// The table that options.isa, OCTET_ISA or the CPU names.
Result<const KernelTable*> ChooseTable(const std::string& option) {
  std::string isa = option;
  std::string source = "SessionOptions::isa";
  if (isa.empty()) {
    const char* variable = std::getenv("OCTET_ISA");
    if (variable != nullptr) isa = variable;
    source = "the environment variable OCTET_ISA";
  }
  if (isa.empty()) return BestTable();
  const KernelTable* table = FindTable(isa.c_str());
  if (table != nullptr) return table;
  char supported[256];
  FormatSupportedIsas(supported, sizeof(supported));
  return Unsupported(source + " names '" + isa +
                     "', which this build or CPU lacks; it has: " + supported);
}

}  // namespace

// Hidden, although Session itself is exported.
class __attribute__((visibility("hidden"))) Session::Implementation {
 public:
  std::shared_ptr<const Model> model;
  std::unique_ptr<ThreadPool> own_pool;
  ThreadPool* pool = nullptr;
  std::unique_ptr<Network> resized;
  std::unique_ptr<Plan> plan;  // of network()
  PlanOptions plan_options;
  bool keep_intermediates = false;
  std::string isa;
  std::vector<bool> input_set;
  bool has_run = false;

  // As the session runs it: the model's, or a copy with other shapes.
  const Network& network() const {
    return resized != nullptr ? *resized : model->contents().network;
  }

  // Leaves `pool` null where the plan decides about it (kAutoThreads).
  Status CreatePool(const SessionOptions& options);
  Status CreateOwnPool(int num_threads);
  // The pool for a plan that was made for as many threads as there are cores.
  Status ChooseThreads(PlanOptions options);
  Result<int> InputTensor(int index) const;
  Result<int> OutputTensor(int index) const;
  Result<int> NamedTensor(const std::string& name, size_t size) const;
  Status CheckSize(int tensor, size_t size) const;
  Status CheckBytes(int tensor, size_t size) const;
  Status CheckInt8(int tensor) const;
  Status CheckReady() const;
  // In the form of the plan's kernels, to and from the stored one.
  void WriteBytes(int tensor, const void* values);
  void ReadBytes(int tensor, void* values) const;
  void ReadFloats(int tensor, float* values) const;
  // Activations in the order of execution.
  std::vector<int> Activations() const;
};

Status Session::Implementation::CreatePool(const SessionOptions& options) {
  if (options.thread_pool != nullptr) {
    pool = options.thread_pool;
    if (pool->num_threads() >= 1) return OkStatus();
    return InvalidArgument("the thread pool has no threads");
  }
  if (options.num_threads == kAutoThreads) return OkStatus();
  return CreateOwnPool(options.num_threads);
}

Status Session::Implementation::CreateOwnPool(int num_threads) {
  OCTET_ASSIGN_OR_RETURN(own_pool, CreateThreadPool(num_threads));
  pool = own_pool.get();
  return OkStatus();
}

Status Session::Implementation::ChooseThreads(PlanOptions options) {
  if (plan->divided_macs() >= kMacsWorthWaking) {
    return CreateOwnPool(plan->most_parts());
  }
  if (options.max_parts > 1) {
    options.max_parts = 1;
    plan = nullptr;
    OCTET_ASSIGN_OR_RETURN(plan, Plan::Create(network(), options));
  }
  return CreateOwnPool(1);
}

Status Session::Implementation::CheckSize(int tensor, size_t size) const {
  const int64_t elements = network().tensor(tensor).NumElements();
  if (size == static_cast<size_t>(elements)) return OkStatus();
  return InvalidArgument(TensorTitle(network(), tensor) + " has " +
                         std::to_string(elements) + " values, not " +
                         std::to_string(size));
}

Status Session::Implementation::CheckBytes(int tensor, size_t size) const {
  const int64_t bytes = network().tensor(tensor).NumBytes();
  if (size == static_cast<size_t>(bytes)) return OkStatus();
  return InvalidArgument(TensorTitle(network(), tensor) + " has " +
                         std::to_string(bytes) + " bytes, not " +
                         std::to_string(size));
}

Result<int> Session::Implementation::InputTensor(int index) const {
  const std::vector<int>& inputs = network().inputs;
  if (index < 0 || static_cast<size_t>(index) >= inputs.size()) {
    return InvalidArgument("there is no input " + std::to_string(index) +
                           "; the model has " + std::to_string(inputs.size()));
  }
  return inputs[static_cast<size_t>(index)];
}

Result<int> Session::Implementation::OutputTensor(int index) const {
  const std::vector<int>& outputs = network().outputs;
  if (index < 0 || static_cast<size_t>(index) >= outputs.size()) {
    return InvalidArgument("there is no output " + std::to_string(index) +
                           "; the model has " + std::to_string(outputs.size()));
  }
  if (!has_run) return InvalidArgument("call Run before reading an output");
  return outputs[static_cast<size_t>(index)];
}

std::vector<int> Session::Implementation::Activations() const {
  std::vector<int> tensors = network().inputs;
  for (const Node& node : network().nodes) tensors.push_back(node.output);
  return tensors;
}

Result<int> Session::Implementation::NamedTensor(const std::string& name,
                                                 size_t size) const {
  if (!keep_intermediates) {
    return InvalidArgument(
        "tensors can be read by name only if "
        "SessionOptions::keep_intermediates is set");
  }
  if (!has_run) return InvalidArgument("call Run before reading a tensor");
  for (const int tensor : Activations()) {
    if (network().tensor(tensor).name != name) continue;
    OCTET_RETURN_IF_ERROR(CheckSize(tensor, size));
    return tensor;
  }
  return NotFound("there is no activation named " + Quoted(name));
}

Status Session::Implementation::CheckReady() const {
  for (size_t i = 0; i < input_set.size(); ++i) {
    if (input_set[i]) continue;
    return InvalidArgument("input " + std::to_string(i) + ", " +
                           TensorTitle(network(), network().inputs[i]) +
                           ", was never set");
  }
  return OkStatus();
}

Status Session::Implementation::CheckInt8(int tensor) const {
  const Tensor& info = network().tensor(tensor);
  if (info.is(schema::DataType::INT8)) return OkStatus();
  return InvalidArgument(TensorTitle(network(), tensor) + " is " +
                         DataTypeName(info.data_type()) + ", not INT8");
}

void Session::Implementation::WriteBytes(int tensor, const void* values) {
  CopyBytes(network().tensor(tensor), plan->kernels().form,
            static_cast<const uint8_t*>(values), plan->tensor(tensor));
}

void Session::Implementation::ReadBytes(int tensor, void* values) const {
  CopyBytes(network().tensor(tensor), plan->kernels().form,
            plan->tensor(tensor), static_cast<uint8_t*>(values));
}

void Session::Implementation::ReadFloats(int tensor, float* values) const {
  ToFloats(network().tensor(tensor), plan->kernels(), plan->tensor(tensor),
           values);
}

Result<std::unique_ptr<Session>> Session::Create(
    std::shared_ptr<const Model> model, const SessionOptions& options) {
  if (model == nullptr) return InvalidArgument("there is no model");
  OCTET_ASSIGN_OR_RETURN(const KernelTable* table, ChooseTable(options.isa));
  auto implementation = std::make_unique<Implementation>();
  OCTET_RETURN_IF_ERROR(implementation->CreatePool(options));
  PlanOptions plan_options;
  plan_options.table = table;
  plan_options.allocator =
      options.allocator != nullptr ? options.allocator : DefaultAllocator();
  plan_options.max_parts = implementation->pool != nullptr
                               ? implementation->pool->num_threads()
                               : CountFastCores(AllowedCpus());
  plan_options.keep_intermediates = options.keep_intermediates;
  implementation->model = std::move(model);
  const Network& network = implementation->network();
  OCTET_ASSIGN_OR_RETURN(implementation->plan,
                         Plan::Create(network, plan_options));
  if (implementation->pool == nullptr) {
    OCTET_RETURN_IF_ERROR(implementation->ChooseThreads(plan_options));
  }
  implementation->model->contents().file.ReleasePages();
  implementation->keep_intermediates = options.keep_intermediates;
  plan_options.max_parts = implementation->pool->num_threads();
  implementation->plan_options = plan_options;
  implementation->isa = table->isa;
  implementation->input_set.resize(network.inputs.size());
  return std::unique_ptr<Session>(new Session(std::move(implementation)));
}

Session::Session(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Session::~Session() = default;

const Model& Session::model() const { return *implementation_->model; }

std::vector<TensorInfo> Session::inputs() const {
  const Network& network = implementation_->network();
  return InfosOf(network, network.inputs);
}

std::vector<TensorInfo> Session::outputs() const {
  const Network& network = implementation_->network();
  return InfosOf(network, network.outputs);
}

Status Session::Resize(int index, const Shape& shape) {
  OCTET_ASSIGN_OR_RETURN(const int input, implementation_->InputTensor(index));
  std::vector<Shape> shapes;
  const Network& network = implementation_->network();
  for (const int tensor : network.inputs) {
    shapes.push_back(tensor == input ? shape : network.tensor(tensor).shape);
  }
  return Resize(shapes);
}

Status Session::Resize(const std::vector<Shape>& shapes) {
  const Model::Contents& contents = model().contents();
  Result<Network> network = ResizeNetwork(contents.network, shapes);
  if (!network.ok()) return network.status();
  if (!model().labels().empty()) {
    const Shape& shape = network->tensor(network->outputs[0]).shape;
    if (shape[shape.rank - 1] !=
        static_cast<int32_t>(model().labels().size())) {
      return Unsupported("output 0 would have shape " + shape.ToString() +
                         ", but its last dimension has labels");
    }
  }
  auto resized = std::make_unique<Network>(*std::move(network));
  Result<std::unique_ptr<Plan>> plan =
      Plan::Create(*resized, implementation_->plan_options);
  contents.file.ReleasePages();
  if (!plan.ok()) return plan.status();
  implementation_->plan = *std::move(plan);
  implementation_->resized = std::move(resized);
  implementation_->input_set.assign(shapes.size(), false);
  implementation_->has_run = false;
  return OkStatus();
}

Status Session::SetInput(int index, const float* values, size_t size) {
  OCTET_ASSIGN_OR_RETURN(const int tensor, implementation_->InputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckSize(tensor, size));
  const Plan& plan = *implementation_->plan;
  FromFloats(implementation_->network().tensor(tensor), plan.kernels(), values,
             plan.tensor(tensor));
  implementation_->input_set[static_cast<size_t>(index)] = true;
  return OkStatus();
}

Status Session::SetInput(int index, const int8_t* values, size_t size) {
  OCTET_ASSIGN_OR_RETURN(const int tensor, implementation_->InputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckSize(tensor, size));
  OCTET_RETURN_IF_ERROR(implementation_->CheckInt8(tensor));
  implementation_->WriteBytes(tensor, values);
  implementation_->input_set[static_cast<size_t>(index)] = true;
  return OkStatus();
}

Status Session::SetInputBytes(int index, const void* values, size_t size) {
  OCTET_ASSIGN_OR_RETURN(const int tensor, implementation_->InputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckBytes(tensor, size));
  implementation_->WriteBytes(tensor, values);
  implementation_->input_set[static_cast<size_t>(index)] = true;
  return OkStatus();
}

Status Session::Run() {
  OCTET_RETURN_IF_ERROR(implementation_->CheckReady());
  const Plan& plan = *implementation_->plan;
  for (int step = 0; step < plan.num_steps(); ++step) {
    plan.RunStep(step, implementation_->pool);
  }
  implementation_->has_run = true;
  return OkStatus();
}

Status Session::RunProfiled(std::vector<OperatorProfile>* profiles) {
  OCTET_RETURN_IF_ERROR(implementation_->CheckReady());
  const Plan& plan = *implementation_->plan;
  const Network& network = implementation_->network();
  profiles->clear();
  for (int step = 0; step < plan.num_steps(); ++step) {
    const Node& node = network.nodes[static_cast<size_t>(step)];
    const OperatorPlan& op = plan.step(step).plan();
    const auto begin = std::chrono::steady_clock::now();
    plan.RunStep(step, implementation_->pool);
    const auto end = std::chrono::steady_clock::now();
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin);
    profiles->push_back({node.name, OperatorTypeName(node.type), op.kernel,
                         network.output(node).shape, op.macs,
                         static_cast<int64_t>(elapsed.count())});
  }
  implementation_->has_run = true;
  return OkStatus();
}

Status Session::GetOutput(int index, float* values, size_t size) const {
  OCTET_ASSIGN_OR_RETURN(const int tensor,
                         implementation_->OutputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckSize(tensor, size));
  implementation_->ReadFloats(tensor, values);
  return OkStatus();
}

Status Session::GetOutput(int index, int8_t* values, size_t size) const {
  OCTET_ASSIGN_OR_RETURN(const int tensor,
                         implementation_->OutputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckSize(tensor, size));
  OCTET_RETURN_IF_ERROR(implementation_->CheckInt8(tensor));
  implementation_->ReadBytes(tensor, values);
  return OkStatus();
}

Status Session::GetOutputBytes(int index, void* values, size_t size) const {
  OCTET_ASSIGN_OR_RETURN(const int tensor,
                         implementation_->OutputTensor(index));
  OCTET_RETURN_IF_ERROR(implementation_->CheckBytes(tensor, size));
  implementation_->ReadBytes(tensor, values);
  return OkStatus();
}

std::vector<TensorInfo> Session::Tensors() const {
  if (!implementation_->keep_intermediates) return {};
  return InfosOf(implementation_->network(), implementation_->Activations());
}

Status Session::GetTensor(const std::string& name, float* values,
                          size_t size) const {
  OCTET_ASSIGN_OR_RETURN(const int tensor,
                         implementation_->NamedTensor(name, size));
  implementation_->ReadFloats(tensor, values);
  return OkStatus();
}

Status Session::GetTensor(const std::string& name, int8_t* values,
                          size_t size) const {
  OCTET_ASSIGN_OR_RETURN(const int tensor,
                         implementation_->NamedTensor(name, size));
  OCTET_RETURN_IF_ERROR(implementation_->CheckInt8(tensor));
  implementation_->ReadBytes(tensor, values);
  return OkStatus();
}

const std::string& Session::isa() const { return implementation_->isa; }

int Session::num_threads() const {
  return implementation_->pool->num_threads();
}

MemoryUse Session::memory_use() const {
  return implementation_->plan->memory_use();
}

std::string Session::DescribePlan() const {
  return implementation_->plan->Describe();
}

}  // namespace octet
