#include "tests/engine/run_network.h"

#include <gtest/gtest.h>

#include <cstring>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"

namespace octet {
namespace {

constexpr int kParts[] = {1, 2, 5};

void RunOnce(const Network& network, const PlanOptions& options,
             const std::vector<std::vector<int8_t>>& inputs,
             const std::vector<std::vector<int8_t>>& expected) {
  Result<std::unique_ptr<Plan>> plan = Plan::Create(network, options);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  const uint8_t mask = FormMask((*plan)->kernels().form);
  ASSERT_EQ(inputs.size(), network.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    uint8_t* to = (*plan)->tensor(network.inputs[i]);
    for (const int8_t value : inputs[i]) {
      *to++ = static_cast<uint8_t>(static_cast<uint8_t>(value) ^ mask);
    }
  }
  BackwardPool pool(options.max_parts);
  // Twice: a run must leave the inputs as they are.
  for (int run = 0; run < 2; ++run) {
    for (int step = 0; step < (*plan)->num_steps(); ++step) {
      (*plan)->RunStep(step, &pool);
    }
  }
  ASSERT_EQ(expected.size(), network.outputs.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    std::vector<int8_t> output(expected[i].size());
    ASSERT_EQ(network.tensor(network.outputs[i]).NumElements(),
              static_cast<int64_t>(output.size()));
    const uint8_t* from = (*plan)->tensor(network.outputs[i]);
    for (int8_t& value : output) value = static_cast<int8_t>(*from++ ^ mask);
    for (size_t j = 0; j < output.size(); ++j) {
      ASSERT_EQ(output[j], expected[i][j])
          << "output " << i << ", value " << j << "\n"
          << (*plan)->Describe();
    }
  }
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
  SCOPED_TRACE(description);
  Result<std::shared_ptr<const Model>> model =
      Model::FromMemory(bytes.data(), bytes.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
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
      RunOnce((*model)->contents().network, options, inputs, expected);
    }
  }
}

}  // namespace octet
