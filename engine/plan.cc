#include "engine/plan.h"

#include <algorithm>
#include <utility>

#include "engine/operators/registry.h"
#include "engine/tensor_values.h"
#include "engine/verify.h"

namespace octet {
namespace {

constexpr uint64_t kNotCopied = UINT64_MAX;
constexpr int kNoStep = -1;

// The bytes of a tensor, and what kernels may read behind it.
uint64_t TensorBytes(const Tensor& tensor) {
  return AlignBlock(static_cast<uint64_t>(tensor.NumBytes()) + kOverreadBytes);
}

// What the threads of one step share.
struct StepCall {
  const Operator* op;
  RunContext context;
};

void RunPart(void* call, int part) {
  const StepCall& step = *static_cast<const StepCall*>(call);
  step.op->Run(step.context, part);
}

}  // namespace

Plan::Plan(const Network& network, const PlanOptions& options)
    : network_(network),
      options_(options),
      kernels_(ResolveKernels(options.table)) {}

Result<std::unique_ptr<Plan>> Plan::Create(const Network& network,
                                           const PlanOptions& options) {
  std::unique_ptr<Plan> plan(new Plan(network, options));
  // Until everything is packed.
  ExpandedWeights weights;
  OCTET_RETURN_IF_ERROR(weights.Expand(network, options.allocator));
  plan->MakeOperators(weights);
  plan->FuseLookups();
  plan->PlaceJoinedInputs();
  plan->FindRoots();
  const uint64_t packed_bytes = plan->LayOutPacked();
  plan->MakeBlocks();
  OCTET_RETURN_IF_ERROR(plan->Allocate(packed_bytes));
  plan->Pack();
  plan->SetAddresses();
  return plan;
}

void Plan::MakeOperators(const ExpandedWeights& weights) {
  const PrepareContext context = {network_, kernels_, weights,
                                  options_.max_parts,
                                  options_.min_work_per_part};
  for (const Node& node : network_.nodes) {
    operators_.push_back(FindOperatorType(node.type)->make(context, node));
  }
}

std::vector<int> Plan::FindLastUses() const {
  const int end = num_steps();
  std::vector<int> last(network_.tensors.size(), 0);
  for (size_t step = 0; step < operators_.size(); ++step) {
    const Node& node = network_.nodes[step];
    for (const int input : node.inputs) {
      int& use = last[static_cast<size_t>(input)];
      use = std::max(use, static_cast<int>(step));
    }
    last[static_cast<size_t>(node.output)] =
        options_.keep_intermediates ? end : static_cast<int>(step);
  }
  // Inputs keep their values from run to run, outputs from run to reading.
  for (const int input : network_.inputs)
    last[static_cast<size_t>(input)] = end;
  for (const int output : network_.outputs) {
    last[static_cast<size_t>(output)] = end;
  }
  return last;
}

std::vector<int> Plan::FindPrivateWriters() const {
  std::vector<int> uses(network_.tensors.size(), 0);
  std::vector<int> writers(network_.tensors.size(), kNoStep);
  for (const int output : network_.outputs) ++uses[static_cast<size_t>(output)];
  for (size_t step = 0; step < operators_.size(); ++step) {
    const Node& node = network_.nodes[step];
    for (const int input : node.inputs) ++uses[static_cast<size_t>(input)];
    writers[static_cast<size_t>(node.output)] = static_cast<int>(step);
  }
  for (size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] != 1) writers[i] = kNoStep;
  }
  return writers;
}

void Plan::FuseLookups() {
  if (options_.keep_intermediates) return;
  const std::vector<int> writers = FindPrivateWriters();
  for (size_t step = 0; step < operators_.size(); ++step) {
    if (network_.nodes[step].type != schema::OperatorOptions::Lookup) continue;
    const int input = network_.nodes[step].inputs[0];
    const int writer = writers[static_cast<size_t>(input)];
    if (writer == kNoStep) continue;
    Operator& layer = *operators_[static_cast<size_t>(writer)];
    if (!layer.plan().applies_table) continue;
    layer.fusible()->SetOutputTable(
        {kernels_.lookup, operators_[step]->fusible()->GiveAwayTable()});
  }
}

size_t Plan::WrittenTensor(size_t tensor,
                           const std::vector<int>& writers) const {
  if (writers[tensor] == kNoStep) return tensor;
  const size_t step = static_cast<size_t>(writers[tensor]);
  const bool is_fused =
      network_.nodes[step].type == schema::OperatorOptions::Lookup &&
      operators_[step]->plan().aliases_input;
  return is_fused ? static_cast<size_t>(network_.nodes[step].inputs[0])
                  : tensor;
}

void Plan::PlaceJoinedInputs() {
  for (size_t i = 0; i < network_.tensors.size(); ++i) {
    places_.push_back({static_cast<int>(i), 0, 0});
  }
  if (options_.keep_intermediates) return;
  const std::vector<int> writers = FindPrivateWriters();
  // From the end, so that a Concat of Concats has its place before its inputs.
  for (size_t step = operators_.size(); step-- > 0;) {
    Operator& join = *operators_[step];
    const Node& node = network_.nodes[step];
    for (size_t i = 0; i < join.plan().joined_at.size(); ++i) {
      const size_t tensor = static_cast<size_t>(node.inputs[i]);
      const size_t written = WrittenTensor(tensor, writers);
      if (writers[tensor] == kNoStep) continue;
      Operator& writer = *operators_[static_cast<size_t>(writers[written])];
      if (!writer.plan().strides_output) continue;
      TensorPlace place = places_[static_cast<size_t>(node.output)];
      const Shape& joined = network_.output(node).shape;
      if (place.pixel_stride == 0) place.pixel_stride = joined[joined.rank - 1];
      place.offset += static_cast<uint64_t>(join.plan().joined_at[i]);
      places_[tensor] = places_[written] = place;
      writer.fusible()->SetOutputStride(place.pixel_stride);
      join.fusible()->SkipInput(i);
    }
  }
}

// Whether the operator lets its output take the place of an input, no other
// part of which it still needs.
bool Plan::MayOverwrite(size_t step, size_t input) const {
  const std::vector<int>& inputs = network_.nodes[step].inputs;
  const OperatorPlan& plan = operators_[step]->plan();
  if (!plan.Overwrites(input)) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!plan.Overwrites(i) && RootOf(inputs[i]) == RootOf(inputs[input])) {
      return false;
    }
  }
  return true;
}

std::vector<std::vector<Plan::Reader>> Plan::FindReaders() const {
  std::vector<std::vector<Reader>> readers(network_.tensors.size());
  for (size_t step = 0; step < operators_.size(); ++step) {
    const std::vector<int>& inputs = network_.nodes[step].inputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
      readers[static_cast<size_t>(inputs[i])].push_back({step, i});
    }
  }
  return readers;
}

bool Plan::CanBeView(size_t step, const std::vector<Reader>& readers) const {
  const Node& node = network_.nodes[step];
  if (operators_[step]->plan().part_at < 0 || options_.keep_intermediates ||
      network_.tensor(RootOf(node.inputs[0])).is_constant()) {
    return false;
  }
  for (const int output : network_.outputs) {
    if (output == node.output) return false;
  }
  for (const Reader& reader : readers) {
    const OperatorPlan& plan = operators_[reader.step]->plan();
    if (!plan.StridesInput(reader.input) || plan.Overwrites(reader.input)) {
      return false;
    }
  }
  return true;
}

void Plan::MakeView(size_t step, const std::vector<Reader>& readers) {
  const Node& node = network_.nodes[step];
  const Shape& shape = network_.input(node, 0).shape;
  TensorPlace place = places_[static_cast<size_t>(node.inputs[0])];
  if (place.pixel_stride == 0) place.pixel_stride = shape[shape.rank - 1];
  place.offset += static_cast<uint64_t>(operators_[step]->plan().part_at);
  places_[static_cast<size_t>(node.output)] = place;
  for (const Reader& reader : readers) {
    operators_[reader.step]->fusible()->SetInputStride(reader.input,
                                                       place.pixel_stride);
  }
  operators_[step]->fusible()->BecomeView();
}

void Plan::FindRoots() {
  std::vector<int> last = FindLastUses();
  const std::vector<std::vector<Reader>> readers = FindReaders();
  for (size_t step = 0; step < operators_.size(); ++step) {
    const OperatorPlan& plan = operators_[step]->plan();
    const Node& node = network_.nodes[step];
    const size_t output = static_cast<size_t>(node.output);
    if (RootOf(node.output) != node.output) continue;  // in a Concat's
    if (CanBeView(step, readers[output])) {
      MakeView(step, readers[output]);
      const size_t root = static_cast<size_t>(RootOf(node.output));
      last[root] = std::max(last[root], last[output]);
      continue;
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const size_t root = static_cast<size_t>(RootOf(node.inputs[i]));
      const bool dies = last[root] == static_cast<int>(step) &&
                        !network_.tensors[root].is_constant();
      if (!plan.aliases_input && !(dies && MayOverwrite(step, i))) continue;
      places_[output] = places_[static_cast<size_t>(node.inputs[i])];
      // The memory is in use as long as any tensor in it.
      last[root] = std::max(last[root], last[output]);
      break;
    }
  }
}

uint64_t Plan::LayOutPacked() {
  uint64_t size = 0;
  for (const auto& op : operators_) {
    packed_places_.push_back(size);
    size += AlignBlock(op->plan().packed_bytes);
  }
  constant_places_.assign(network_.tensors.size(), kNotCopied);
  for (const Node& node : network_.nodes) {
    const OperatorType& type = *FindOperatorType(node.type);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!type.IsActivation(i)) continue;
      const Tensor& tensor = network_.input(node, i);
      uint64_t& place = constant_places_[static_cast<size_t>(node.inputs[i])];
      if (!tensor.is_constant() || place != kNotCopied) continue;
      place = size;
      size += TensorBytes(tensor);
    }
  }
  return size;
}

void Plan::MakeBlocks() {
  const std::vector<int> last = FindLastUses();
  blocks_.resize(network_.tensors.size() + operators_.size());
  const auto extend = [&](int tensor, int step) {
    const int root = RootOf(tensor);
    if (network_.tensor(root).is_constant()) return;
    ArenaBlock& block = blocks_[static_cast<size_t>(root)];
    if (block.bytes == 0) {
      block.bytes = TensorBytes(network_.tensor(root));
      block.first = step;
    }
    block.last = std::max(block.last, last[static_cast<size_t>(tensor)]);
  };
  for (const int input : network_.inputs) extend(input, 0);
  for (size_t step = 0; step < operators_.size(); ++step) {
    const int index = static_cast<int>(step);
    extend(network_.nodes[step].output, index);
    const OperatorPlan& plan = operators_[step]->plan();
    blocks_[network_.tensors.size() + step] = {
        plan.scratch_bytes * static_cast<uint64_t>(plan.num_parts), index,
        index, 0};
  }
}

uint64_t Plan::UnplannedBytes() const {
  uint64_t bytes = 0;
  for (const int input : network_.inputs) {
    bytes += TensorBytes(network_.tensor(input));
  }
  for (size_t step = 0; step < operators_.size(); ++step) {
    bytes += TensorBytes(network_.output(network_.nodes[step]));
    bytes += blocks_[network_.tensors.size() + step].bytes;
  }
  return bytes;
}

Status Plan::Allocate(uint64_t packed_bytes) {
  const uint64_t unplanned = UnplannedBytes();
  const uint64_t arena_bytes = PlanArena(kBlockAlignment, &blocks_);
  if (arena_bytes > kMaxSessionBytes || packed_bytes > kMaxSessionBytes) {
    return ResourceExhausted("the model needs " + std::to_string(arena_bytes) +
                             " bytes of activations and " +
                             std::to_string(packed_bytes) +
                             " bytes of packed weights; 2 GiB each is the most "
                             "that a session can have");
  }
  memory_use_.arena = static_cast<size_t>(arena_bytes);
  memory_use_.packed_weights = static_cast<size_t>(packed_bytes);
  memory_use_.unplanned = static_cast<size_t>(unplanned);
  if ((packed_bytes > 0 &&
       !packed_.Allocate(options_.allocator, packed_bytes)) ||
      !arena_.Allocate(options_.allocator, arena_bytes)) {
    return ResourceExhausted(
        "there is no memory for " + std::to_string(arena_bytes) +
        " bytes of activations and " + std::to_string(packed_bytes) +
        " bytes of packed weights");
  }
  return OkStatus();
}

void Plan::Pack() {
  for (size_t i = 0; i < operators_.size(); ++i) {
    if (operators_[i]->plan().packed_bytes == 0) continue;
    operators_[i]->Pack(packed_.data() + packed_places_[i]);
  }
  for (size_t i = 0; i < constant_places_.size(); ++i) {
    if (constant_places_[i] == kNotCopied) continue;
    const Tensor& tensor = network_.tensors[i];
    CopyBytes(tensor, kernels_.form, tensor.data,
              packed_.data() + constant_places_[i]);
  }
}

void Plan::SetAddresses() {
  tensors_.assign(network_.tensors.size(), nullptr);
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const TensorPlace& place = places_[i];
    const size_t root = static_cast<size_t>(place.root);
    if (constant_places_[root] != kNotCopied) {
      tensors_[i] = packed_.data() + constant_places_[root];
    } else if (blocks_[root].bytes > 0) {
      tensors_[i] = arena_.data() + blocks_[root].place + place.offset;
    }
  }
  for (size_t i = 0; i < operators_.size(); ++i) {
    scratch_.push_back(arena_.data() +
                       blocks_[network_.tensors.size() + i].place);
  }
}

int Plan::most_parts() const {
  int most = 1;
  for (const auto& op : operators_) most = std::max(most, op->plan().num_parts);
  return most;
}

int64_t Plan::divided_macs() const {
  int64_t macs = 0;
  for (const auto& op : operators_) {
    if (op->plan().num_parts > 1) macs += op->plan().macs;
  }
  return macs;
}

void Plan::RunStep(int index, ThreadPool* pool) const {
  const Operator& op = step(index);
  StepCall call = {&op,
                   {tensors_.data(), scratch_[static_cast<size_t>(index)]}};
  const int num_parts = op.plan().num_parts;
  if (num_parts > 1) {
    pool->Run(RunPart, &call, num_parts);
  } else if (num_parts == 1) {
    op.Run(call.context, 0);
  }
}

}  // namespace octet
