// What a session keeps in memory: at most its arena, its packed weights and
// 3 MB. The mapped file's pages are given back.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "octet/session.h"
#include "tests/engine/model_builder.h"
#include "tests/kernels/layer_data.h"

namespace octet {
namespace {

constexpr int64_t kAllowance = 3 << 20;
constexpr int32_t kChannels = 3000;

// Resident bytes of this process, exact.
int64_t ResidentBytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("Rss:", 0) != 0) continue;
    std::istringstream fields(line.substr(4));
    int64_t kilobytes = 0;
    fields >> kilobytes;
    return kilobytes * 1024;
  }
  return -1;
}

// A layer of 9 MB of weights.
std::vector<uint8_t> LargeLayer() {
  Random random(1);
  const reference::WeightedLayer layer =
      RandomLayer({}, {kChannels, kChannels}, random);
  ModelBuilder builder;
  const int input = builder.Input({4, kChannels}, {1, layer.input_zero_point});
  schema::FullyConnectedT options;
  options.clamp = ToSchema(layer.output);
  options.requantization = ToSchema(layer.requantization);
  builder.Output(builder.Operator(
      std::move(options),
      {input, builder.Weights(layer.weights), builder.Bias(layer.bias)},
      {4, kChannels}, {1, layer.output.zero_point}));
  return builder.Finish();
}

// In a process of its own: 0 if the growth stays in its bounds.
int MeasureGrowth(const std::string& path) {
  const int64_t before = ResidentBytes();
  auto model = Model::Load(path);
  if (!model.ok()) return 2;
  auto session = Session::Create(*model);
  if (!session.ok()) return 3;
  const std::vector<float> input(4 * kChannels, 1.0f);
  if (!(*session)->SetInput(0, input.data(), input.size()).ok() ||
      !(*session)->Run().ok()) {
    return 4;
  }
  const int64_t growth = ResidentBytes() - before;
  const MemoryUse use = (*session)->memory_use();
  const int64_t allowed =
      static_cast<int64_t>(use.arena + use.packed_weights) + kAllowance;
  std::fprintf(stderr, "resident memory grew by %lld of %lld bytes\n",
               static_cast<long long>(growth), static_cast<long long>(allowed));
  // Packed weights of 9 MB must show, or nothing was measured.
  return growth <= allowed && growth > kChannels * kChannels ? 0 : 1;
}

TEST(MemoryTest, ResidentMemoryStaysInItsBounds) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "AddressSanitizer's own memory hides the engine's";
#endif
  const std::string path = testing::TempDir() + "octet_memory_test.octet";
  const std::vector<uint8_t> bytes = LargeLayer();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(MeasureGrowth(path));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  std::remove(path.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace octet
