// The instruction sets that this build and this CPU have kernels for.

#ifndef OCTET_ISA_H_
#define OCTET_ISA_H_

#include <string>
#include <vector>

#include "octet/export.h"

namespace octet {

struct IsaInfo {
  std::string name;  // "avx2", "scalar", ...
  bool supported;    // by this CPU and operating system
};

// The instruction sets in this build, best first; the last is "scalar". A
// session uses the first supported one unless SessionOptions::isa or the
// environment variable OCTET_ISA names another. All give the same bytes.
OCTET_EXPORT std::vector<IsaInfo> ListIsas();

}  // namespace octet

#endif  // OCTET_ISA_H_
