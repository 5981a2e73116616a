#include "engine/cores.h"

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace octet {
namespace {

// Below this share of the fastest core's capacity a core is slow.
constexpr double kFastShare = 0.75;

// The first line of a file, without its end; "" if there is none.
std::string FirstLine(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return "";
  char line[256] = "";
  const bool read = std::fgets(line, sizeof(line), file) != nullptr;
  std::fclose(file);
  std::string text = read ? line : "";
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string CpuFile(const std::string& sys, int cpu, const char* name) {
  return FirstLine(sys + "/devices/system/cpu/cpu" + std::to_string(cpu) + "/" +
                   name);
}

// In the kernel's units, where 1024 is the fastest core.
long Capacity(const std::string& sys, int cpu) {
  long capacity = 0;
  const std::string text = CpuFile(sys, cpu, "cpu_capacity");
  const bool known =
      std::sscanf(text.c_str(), "%ld", &capacity) == 1 && capacity > 0;
  return known ? capacity : 1024;
}

// The CPUs of its core, as text; its own number where the system does not tell.
std::string CoreOf(const std::string& sys, int cpu) {
  const std::string siblings =
      CpuFile(sys, cpu, "topology/thread_siblings_list");
  return siblings.empty() ? std::to_string(cpu) : siblings;
}

// The whole CPUs that the control group grants; `unlimited` if it does not say.
int GrantedCpus(const std::string& sys, int unlimited) {
  long quota = 0, period = 0;
  const std::string text = FirstLine(sys + "/fs/cgroup/cpu.max");
  if (std::sscanf(text.c_str(), "%ld %ld", &quota, &period) != 2 ||
      quota <= 0 || period <= 0) {
    return unlimited;
  }
  return static_cast<int>(std::min<long>(quota / period, unlimited));
}

}  // namespace

std::vector<int> AllowedCpus() {
  std::vector<int> cpus;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

int CountFastCores(const std::vector<int>& cpus, const std::string& sys) {
  long fastest = 0;
  for (const int cpu : cpus) fastest = std::max(fastest, Capacity(sys, cpu));
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    if (static_cast<double>(Capacity(sys, cpu)) >=
        kFastShare * static_cast<double>(fastest)) {
      cores.insert(CoreOf(sys, cpu));
    }
  }
  return std::max(1, GrantedCpus(sys, static_cast<int>(cores.size())));
}

}  // namespace octet
