// The public API: Model and Session, and what their comments promise.

#include "octet/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>
#include <thread>

#include "engine/cores.h"
#include "octet/isa.h"
#include "tests/engine/run_network.h"
#include "tests/engine/small_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

// A network whose operators are worth dividing among threads.
const std::vector<uint8_t>& LargerNetwork() {
  static const std::vector<uint8_t> bytes = SmallNetwork(64, 48).Finish();
  return bytes;
}

// Keeps the bytes, which must outlive the model.
std::shared_ptr<const Model> Load(std::vector<uint8_t> bytes) {
  static auto* const files = new std::list<std::vector<uint8_t>>;
  files->push_back(std::move(bytes));
  auto model = Model::FromMemory(files->back().data(), files->back().size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  return model.ok() ? *model : nullptr;
}

std::unique_ptr<Session> Create(std::shared_ptr<const Model> model,
                                const SessionOptions& options = {}) {
  auto session = Session::Create(std::move(model), options);
  EXPECT_TRUE(session.ok()) << session.status().message();
  return session.ok() ? *std::move(session) : nullptr;
}

std::vector<int8_t> PictureOf(const Model& model, uint64_t seed) {
  Random random(seed);
  return RandomValues(static_cast<int64_t>(model.inputs()[0].NumElements()),
                      random);
}

std::vector<int8_t> RunOn(Session& session, const std::vector<int8_t>& input) {
  EXPECT_TRUE(session.SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE(session.Run().ok());
  std::vector<int8_t> output(session.model().outputs()[0].NumElements());
  EXPECT_TRUE(session.GetOutput(0, output.data(), output.size()).ok());
  return output;
}

TEST(ModelTest, Metadata) {
  const auto model = Load(SmallNetwork().Finish());
  EXPECT_EQ(model->name(), "test");
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs()[0].shape, (Shape{1, 8, 8, 3}));
  EXPECT_EQ(model->inputs()[0].zero_point, -1);
  ASSERT_EQ(model->outputs().size(), 1u);
  EXPECT_EQ(model->outputs()[0].scale, 1.0f / 256);
  ASSERT_EQ(model->preprocessing().size(), 1u);
  EXPECT_EQ(model->preprocessing()[0].resize, ResizeMode::kShorter);
  EXPECT_EQ(model->preprocessing()[0].resize_shorter, 10);
  EXPECT_EQ(model->preprocessing()[0].mean,
            (std::vector<float>{120, 121, 122}));
  EXPECT_EQ(model->preprocessing()[0].std, std::vector<float>{60});
  EXPECT_EQ(model->labels()[4], "eel");
  EXPECT_EQ(model->provenance().source_file, "small.onnx");
  EXPECT_EQ(model->provenance().converter_options,
            std::vector<std::string>{"method=minmax"});
  EXPECT_EQ(model->provenance().calibration_samples, 7u);
  EXPECT_EQ(model->provenance().calibration_order_sha256, "aa11");
}

TEST(ModelTest, LoadsFiles) {
  const std::string path = testing::TempDir() + "octet_session_test.octet";
  const std::vector<uint8_t> bytes = SmallNetwork().Finish();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const auto model = Model::Load(path);
  ASSERT_TRUE(model.ok()) << model.status().message();
  // Sessions release the file's pages; the next one reads them again.
  const auto input = PictureOf(**model, 1);
  const auto first = RunOn(*Create(*model), input);
  EXPECT_EQ(RunOn(*Create(*model), input), first);
  EXPECT_EQ(RunOn(*Create(Load(bytes)), input), first);

  std::ofstream(path, std::ios::binary) << "something else that is no model";
  const Status status = Model::Load(path).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidModel);
  EXPECT_NE(status.message().find(path), std::string::npos);
  std::ofstream(path, std::ios::binary);
  EXPECT_EQ(Model::Load(path).status().code(), StatusCode::kIoError);
  std::remove(path.c_str());
  EXPECT_EQ(Model::Load(path).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Model::Load(testing::TempDir()).status().code(),
            StatusCode::kIoError);
}

TEST(SessionTest, SameBytesOnEveryIsaAndThreadCount) {
  const auto model = Load(LargerNetwork());
  const auto input = PictureOf(*model, 2);
  const auto expected = RunOn(*Create(model, {.isa = "scalar"}), input);
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    for (const int threads : {1, 2, 5, 0}) {
      const auto session =
          Create(model, {.num_threads = threads, .isa = isa.name});
      EXPECT_EQ(session->isa(), isa.name);
      EXPECT_EQ(RunOn(*session, input), expected)
          << isa.name << ", " << threads << " threads";
      if (threads == 5) {
        EXPECT_NE(session->DescribePlan().find("parts 5"), std::string::npos);
      }
    }
  }
}

TEST(SessionTest, AutomaticThreads) {
  const int cores = CountFastCores(AllowedCpus());
  const auto small =
      Create(Load(SmallNetwork().Finish()), {.num_threads = kAutoThreads});
  EXPECT_EQ(small->num_threads(), 1) << "nothing in it is worth a thread";

  const auto model = Load(SmallNetwork(512, 48).Finish());
  const auto larger = Create(model, {.num_threads = kAutoThreads});
  EXPECT_GE(larger->num_threads(), std::min(cores, 2));
  EXPECT_LE(larger->num_threads(), cores);
  const auto single = Create(model);
  EXPECT_EQ(single->num_threads(), 1);
  const std::vector<int8_t> input = PictureOf(*model, 1);
  EXPECT_EQ(RunOn(*larger, input), RunOn(*single, input));
}

TEST(SessionTest, OutputsDependOnInputs) {
  const auto model = Load(SmallNetwork().Finish());
  const auto session = Create(model);
  const auto first = RunOn(*session, PictureOf(*model, 1));
  EXPECT_NE(RunOn(*session, PictureOf(*model, 2)), first);
  EXPECT_EQ(RunOn(*session, PictureOf(*model, 1)), first);
}

TEST(SessionTest, FloatsAndIntegersAgree) {
  const auto model = Load(SmallNetwork().Finish());
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    const auto session = Create(model, {.isa = isa.name});
    const auto input = PictureOf(*model, 3);
    const auto expected = RunOn(*session, input);
    const TensorInfo& in = model->inputs()[0];
    std::vector<float> values;
    for (const int8_t q : input) {
      values.push_back(in.scale * static_cast<float>(q - in.zero_point));
    }
    ASSERT_TRUE(session->SetInput(0, values.data(), values.size()).ok());
    ASSERT_TRUE(session->Run().ok());
    const TensorInfo& out = model->outputs()[0];
    std::vector<float> output(out.NumElements());
    ASSERT_TRUE(session->GetOutput(0, output.data(), output.size()).ok());
    for (size_t i = 0; i < output.size(); ++i) {
      EXPECT_EQ(output[i],
                out.scale * static_cast<float>(expected[i] - out.zero_point));
    }
  }
}

TEST(SessionTest, ArgumentErrors) {
  const auto session = Create(Load(SmallNetwork().Finish()));
  std::vector<int8_t> values(192);
  const auto expect_invalid = [](const Status& status, const char* part) {
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  };
  expect_invalid(session->Run(), "'t0' (#0), was never set");
  std::vector<OperatorProfile> profiles;
  expect_invalid(session->RunProfiled(&profiles), "never set");
  expect_invalid(session->SetInput(1, values.data(), 192), "no input 1");
  expect_invalid(session->SetInput(-1, values.data(), 192), "no input -1");
  expect_invalid(session->SetInput(0, values.data(), 191),
                 "has 192 values, not 191");
  expect_invalid(session->GetOutput(0, values.data(), 5), "call Run");
  ASSERT_TRUE(session->SetInput(0, values.data(), 192).ok());
  ASSERT_TRUE(session->Run().ok());
  expect_invalid(session->GetOutput(2, values.data(), 5), "no output 2");
  expect_invalid(session->GetOutput(0, values.data(), 6),
                 "has 5 values, not 6");
  expect_invalid(session->GetTensor("t0", values.data(), 192),
                 "keep_intermediates");
  EXPECT_TRUE(session->Tensors().empty());
  expect_invalid(Session::Create(nullptr).status(), "no model");
  const auto model = Load(SmallNetwork().Finish());
  expect_invalid(Session::Create(model, {.num_threads = -1}).status(),
                 "number of threads");
}

TEST(SessionTest, UnknownIsa) {
  const auto model = Load(SmallNetwork().Finish());
  const Status status = Session::Create(model, {.isa = "z80"}).status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("'z80'"), std::string::npos);
  EXPECT_NE(status.message().find("scalar"), std::string::npos);

  ASSERT_EQ(setenv("OCTET_ISA", "scalar", 1), 0);
  EXPECT_EQ(Create(model)->isa(), "scalar");
  ASSERT_EQ(setenv("OCTET_ISA", "z80", 1), 0);
  EXPECT_EQ(Session::Create(model).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(Create(model, {.isa = "scalar"})->isa(), "scalar");
  ASSERT_EQ(unsetenv("OCTET_ISA"), 0);
}

TEST(SessionTest, KeepsIntermediates) {
  ModelBuilder builder = SmallNetwork();
  // The same network with every activation as an output.
  ModelBuilder all = SmallNetwork();
  for (const auto& op : all.model().operators) {
    all.model().outputs.push_back(op->outputs[0]);
  }
  all.model().labels.clear();
  const auto model = Load(builder.Finish());
  const auto input = PictureOf(*model, 4);
  const auto kept = Create(model, {.keep_intermediates = true});
  const auto reference = Create(Load(all.Finish()));
  // Without, activations overwrite each other, some in place.
  EXPECT_EQ(RunOn(*kept, input), RunOn(*Create(model), input));
  RunOn(*reference, input);
  const std::vector<TensorInfo> tensors = kept->Tensors();
  ASSERT_EQ(tensors.size(), builder.model().operators.size() + 1);
  EXPECT_EQ(tensors[0].name, "t0");
  for (size_t i = 1; i < tensors.size(); ++i) {
    std::vector<int8_t> values(tensors[i].NumElements());
    std::vector<int8_t> expected(values.size());
    ASSERT_TRUE(
        kept->GetTensor(tensors[i].name, values.data(), values.size()).ok());
    ASSERT_TRUE(
        reference
            ->GetOutput(static_cast<int>(i), expected.data(), expected.size())
            .ok());
    EXPECT_EQ(values, expected) << tensors[i].name;
  }
  int8_t value = 0;
  EXPECT_EQ(kept->GetTensor("nothing", &value, 1).code(),
            StatusCode::kNotFound);
}

TEST(SessionTest, Profile) {
  const auto model = Load(LargerNetwork());
  const auto session = Create(model, {.num_threads = 2});
  const auto expected = RunOn(*session, PictureOf(*model, 5));
  std::vector<OperatorProfile> profiles;
  ASSERT_TRUE(session->RunProfiled(&profiles).ok());
  ASSERT_EQ(profiles.size(), 14u);
  EXPECT_EQ(profiles[0].name, "op0");
  EXPECT_EQ(profiles[0].type, "Conv2d");
  EXPECT_EQ(profiles[0].macs, 48 * 48 * 64 * 27);
  EXPECT_GT(profiles[0].nanoseconds, 0);
  EXPECT_NE(profiles[0].kernel.find("gemm"), std::string::npos);
  EXPECT_EQ(profiles[1].macs, 48 * 48 * 64 * 9);
  std::vector<int8_t> output(expected.size());
  ASSERT_TRUE(session->GetOutput(0, output.data(), output.size()).ok());
  EXPECT_EQ(output, expected);
}

// Counts, and fails from the `failing`-th allocation on.
class CountingAllocator : public Allocator {
 public:
  void* Allocate(size_t bytes, size_t alignment) override {
    if (allocations++ >= failing) return nullptr;
    alive += bytes;
    return DefaultAllocator()->Allocate(bytes, alignment);
  }
  void Free(void* memory, size_t bytes, size_t alignment) override {
    alive -= bytes;
    DefaultAllocator()->Free(memory, bytes, alignment);
  }
  int allocations = 0;
  int failing = 1000;
  size_t alive = 0;
};

TEST(SessionTest, ApplicationsPoolAndAllocator) {
  const auto model = Load(LargerNetwork());
  const auto input = PictureOf(*model, 6);
  const auto expected = RunOn(*Create(model), input);
  CountingAllocator allocator;
  BackwardPool pool(3);
  {
    const auto session =
        Create(model, {.thread_pool = &pool, .allocator = &allocator});
    EXPECT_EQ(RunOn(*session, input), expected);
    const MemoryUse use = session->memory_use();
    EXPECT_EQ(allocator.allocations, 2);
    EXPECT_EQ(allocator.alive, use.arena + use.packed_weights);
    EXPECT_LT(use.arena, use.unplanned / 2);
    EXPECT_NE(session->DescribePlan().find("parts 3"), std::string::npos);
  }
  EXPECT_EQ(allocator.alive, 0u);
}

TEST(SessionTest, NoMemory) {
  const auto model = Load(SmallNetwork().Finish());
  for (const int failing : {0, 1}) {
    CountingAllocator allocator;
    allocator.failing = failing;
    const Status status =
        Session::Create(model, {.allocator = &allocator}).status();
    EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(allocator.alive, 0u);
  }
}

TEST(SessionTest, TooLargeForASession) {
  // 4 activations of 2^30 bytes that live at the same time.
  const Shape shape = {1 << 15, 1 << 15};
  ModelBuilder builder;
  const int input = builder.Input(shape, {1, 0});
  for (int i = 0; i < 3; ++i) {
    schema::LookupT lookup;
    lookup.values.resize(256);
    builder.Output(builder.Operator(std::move(lookup), {input}, shape, {1, 0}));
  }
  const auto session = Session::Create(Load(builder.Finish()));
  EXPECT_EQ(session.status().code(), StatusCode::kResourceExhausted);
}

TEST(SessionTest, SessionsOnSeveralThreadsShareAModel) {
  auto model = Load(LargerNetwork());
  const auto input = PictureOf(*model, 7);
  const auto expected = RunOn(*Create(model), input);
  std::vector<std::thread> threads;
  std::vector<std::vector<int8_t>> outputs(4);
  for (std::vector<int8_t>& output : outputs) {
    threads.emplace_back([&, model] { output = RunOn(*Create(model), input); });
  }
  model.reset();  // the sessions keep it alive
  for (std::thread& thread : threads) thread.join();
  for (const auto& output : outputs) EXPECT_EQ(output, expected);
}

}  // namespace
}  // namespace octet
