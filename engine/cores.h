// The cores of this machine that are worth a thread.

#ifndef OCTET_ENGINE_CORES_H_
#define OCTET_ENGINE_CORES_H_

#include <string>
#include <vector>

namespace octet {

// The CPUs that the system lets this process use, in ascending order.
std::vector<int> AllowedCpus();

// How many threads of equal work `cpus` run best, at least 1:
// * CPUs that share a core count once: one thread can use all of it;
// * slow cores do not count where there are fast ones (big.LITTLE): work is
//   divided equally, and all would wait for the slow;
// * no more than the whole CPUs that a control group (a container) grants.
// `sys`: the root of sysfs. What it does not tell is taken as equal, apart and
// unlimited.
int CountFastCores(const std::vector<int>& cpus,
                   const std::string& sys = "/sys");

}  // namespace octet

#endif  // OCTET_ENGINE_CORES_H_
