#include "tests/engine/run_network.h"

#include <gtest/gtest.h>

#include <cstring>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "engine/tensor_values.h"
#include "octet/model.h"

namespace octet {
namespace {

constexpr int kParts[] = {1, 2, 5};

void RunOnce(const Network& network, const PlanOptions& options,
             const std::vector<Bytes>& inputs, std::vector<Bytes>* outputs,
             std::string* description) {
  Result<std::unique_ptr<Plan>> plan = Plan::Create(network, options);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  const ActivationForm form = (*plan)->kernels().form;
  ASSERT_EQ(inputs.size(), network.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int tensor = network.inputs[i];
    ASSERT_EQ(network.tensor(tensor).NumBytes(),
              static_cast<int64_t>(inputs[i].size()));
    CopyBytes(network.tensor(tensor), form, inputs[i].data(),
              (*plan)->tensor(tensor));
  }
  BackwardPool pool(options.max_parts);
  // Twice: a run must leave the inputs as they are.
  for (int run = 0; run < 2; ++run) {
    for (int step = 0; step < (*plan)->num_steps(); ++step) {
      (*plan)->RunStep(step, &pool);
    }
  }
  for (const int tensor : network.outputs) {
    const Tensor& info = network.tensor(tensor);
    outputs->push_back(Bytes(static_cast<size_t>(info.NumBytes())));
    CopyBytes(info, form, (*plan)->tensor(tensor), outputs->back().data());
  }
  *description = (*plan)->Describe();
}

void ExpectSame(const std::vector<Bytes>& outputs,
                const std::vector<Bytes>& expected,
                const std::string& description) {
  ASSERT_EQ(outputs.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(outputs[i].size(), expected[i].size());
    for (size_t j = 0; j < expected[i].size(); ++j) {
      ASSERT_EQ(static_cast<int8_t>(outputs[i][j]),
                static_cast<int8_t>(expected[i][j]))
          << "output " << i << ", byte " << j << "\n"
          << description;
    }
  }
}

// Without `expected`, the first run's outputs are.
void RunEverywhere(const Network& network, const std::vector<Bytes>& inputs,
                   std::vector<Bytes>* expected) {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  for (size_t i = 0; i < count; ++i) {
    if (!list[i].cpu_supports()) continue;
    for (const int parts : kParts) {
      SCOPED_TRACE(std::string(list[i].table->isa) + ", parts " +
                   std::to_string(parts));
      FillingAllocator allocator(parts == 1 ? 0x7F : 0x80);
      PlanOptions options;
      options.table = list[i].table;
      options.allocator = &allocator;
      options.max_parts = parts;
      options.min_work_per_part = 1;
      std::vector<Bytes> outputs;
      std::string description;
      RunOnce(network, options, inputs, &outputs, &description);
      if (expected->empty()) *expected = outputs;
      ExpectSame(outputs, *expected, description);
    }
  }
}

std::vector<Bytes> BytesOfAll(const std::vector<std::vector<int8_t>>& values) {
  std::vector<Bytes> bytes;
  for (const std::vector<int8_t>& one : values) bytes.push_back(BytesOf(one));
  return bytes;
}

}  // namespace

void BackwardPool::Run(void (*function)(void* context, int part), void* context,
                       int num_parts) {
  ASSERT_LE(num_parts, num_threads_);
  for (int part = num_parts - 1; part >= 0; --part) function(context, part);
}

void* FillingAllocator::Allocate(size_t bytes, size_t alignment) {
  void* memory = DefaultAllocator()->Allocate(bytes, alignment);
  if (memory != nullptr) std::memset(memory, fill_, bytes);
  return memory;
}

void FillingAllocator::Free(void* memory, size_t bytes, size_t alignment) {
  DefaultAllocator()->Free(memory, bytes, alignment);
}

std::vector<int8_t> RandomValues(int64_t count, Random& random) {
  std::vector<int8_t> values(static_cast<size_t>(count));
  for (int8_t& value : values) {
    value = static_cast<int8_t>(random.Between(-128, 127));
  }
  return values;
}

void ExpectOutputs(const std::vector<uint8_t>& bytes,
                   const std::vector<std::vector<int8_t>>& inputs,
                   const std::vector<std::vector<int8_t>>& expected,
                   const std::string& description) {
  ExpectBytes(bytes, BytesOfAll(inputs), BytesOfAll(expected), description);
}

void ExpectBytes(const std::vector<uint8_t>& file,
                 const std::vector<Bytes>& inputs,
                 const std::vector<Bytes>& expected,
                 const std::string& description) {
  SCOPED_TRACE(description);
  Result<std::shared_ptr<const Model>> model =
      Model::FromMemory(file.data(), file.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  std::vector<Bytes> same = expected;
  RunEverywhere((*model)->contents().network, inputs, &same);
}

std::vector<Bytes> OutputsEverywhere(const std::vector<uint8_t>& file,
                                     const std::vector<Bytes>& inputs) {
  std::vector<Bytes> outputs;
  Result<std::shared_ptr<const Model>> model =
      Model::FromMemory(file.data(), file.size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  if (model.ok()) {
    RunEverywhere((*model)->contents().network, inputs, &outputs);
  }
  return outputs;
}

}  // namespace octet
