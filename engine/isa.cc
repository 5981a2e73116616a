#include "octet/isa.h"

#include "kernels/dispatch.h"

namespace octet {

std::vector<IsaInfo> ListIsas() {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  std::vector<IsaInfo> isas;
  for (size_t i = 0; i < count; ++i) {
    isas.push_back({list[i].table->isa, list[i].cpu_supports()});
  }
  return isas;
}

}  // namespace octet
