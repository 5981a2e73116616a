#include "bench/instruction_peak.h"

namespace octet::bench {
namespace {

// Ends with an entry without a function.
constexpr InstructionPeak kPeaks[] = {
#if defined(OCTET_HAVE_AVX512VNNI)
    {"avx512vnni", "vpdpbusd", RunAvx512VnniPeak},
#endif
#if defined(OCTET_HAVE_AVXVNNI)
    {"avxvnni", "vpdpbusd", RunAvxVnniPeak},
#endif
#if defined(OCTET_HAVE_AVX2)
    {"avx2", "vpmaddwd + vpaddd", RunAvx2Peak},
#endif
    {nullptr, nullptr, nullptr},
};

}  // namespace

const InstructionPeak* InstructionPeaks(size_t* count) {
  *count = sizeof(kPeaks) / sizeof(kPeaks[0]) - 1;
  return kPeaks;
}

}  // namespace octet::bench
