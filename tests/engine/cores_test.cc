#include "engine/cores.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace octet {
namespace {

namespace fs = std::filesystem;

// A sysfs made up in a folder of its own.
class CoresTest : public testing::Test {
 protected:
  CoresTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / "octet_cores_test" / info->name();
    fs::remove_all(root_);
  }
  ~CoresTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
  }
  void WriteCpu(int cpu, const std::string& file, const std::string& text) {
    Write("devices/system/cpu/cpu" + std::to_string(cpu) + "/" + file, text);
  }
  int Count(const std::vector<int>& cpus) {
    return CountFastCores(cpus, root_.string());
  }

  fs::path root_;
};

TEST_F(CoresTest, WithoutSysfsEveryCpuIsACore) {
  EXPECT_EQ(Count({0, 1, 2}), 3);
  EXPECT_EQ(Count({}), 1);
}

TEST_F(CoresTest, SiblingsAreOneCore) {
  for (int cpu = 0; cpu < 4; ++cpu) {
    WriteCpu(cpu, "topology/thread_siblings_list",
             cpu % 2 == 0 ? "0,2" : "1,3");
  }
  EXPECT_EQ(Count({0, 1, 2, 3}), 2);
  EXPECT_EQ(Count({0, 2}), 1);
  EXPECT_EQ(Count({2, 3}), 2);
}

TEST_F(CoresTest, SlowCoresCountOnlyAmongThemselves) {
  for (int cpu = 0; cpu < 8; ++cpu) {
    WriteCpu(cpu, "cpu_capacity", cpu < 4 ? "430" : cpu < 7 ? "900" : "1024");
  }
  EXPECT_EQ(Count({0, 1, 2, 3, 4, 5, 6, 7}), 4);
  EXPECT_EQ(Count({0, 1, 2, 3}), 4);
  EXPECT_EQ(Count({3, 7}), 1);
}

TEST_F(CoresTest, AContainersQuota) {
  Write("fs/cgroup/cpu.max", "250000 100000");
  EXPECT_EQ(Count({0, 1, 2, 3}), 2);
  EXPECT_EQ(Count({0}), 1);
  Write("fs/cgroup/cpu.max", "50000 100000");
  EXPECT_EQ(Count({0, 1, 2, 3}), 1);
  Write("fs/cgroup/cpu.max", "max 100000");
  EXPECT_EQ(Count({0, 1, 2, 3}), 4);
}

TEST(AllowedCpusTest, ThisProcessHasSome) {
  const std::vector<int> cpus = AllowedCpus();
  ASSERT_FALSE(cpus.empty());
  EXPECT_GE(CountFastCores(cpus), 1);
  EXPECT_LE(CountFastCores(cpus), static_cast<int>(cpus.size()));
}

}  // namespace
}  // namespace octet
