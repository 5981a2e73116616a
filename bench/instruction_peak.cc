#include "bench/instruction_peak.h"

namespace octet::bench {
namespace {

#if defined(OCTET_HAVE_AVX2)
constexpr InstructionPeak kPeaks[] = {
    {"avx2", "vpmaddwd + vpaddd", RunAvx2Peak},
};
constexpr size_t kCount = sizeof(kPeaks) / sizeof(kPeaks[0]);
#else
constexpr const InstructionPeak* kPeaks = nullptr;
constexpr size_t kCount = 0;
#endif

}  // namespace

const InstructionPeak* InstructionPeaks(size_t* count) {
  *count = kCount;
  return kPeaks;
}

}  // namespace octet::bench
