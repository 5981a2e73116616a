// THE list of instruction sets, best first. To add one: its folder, its line in
// kernels/CMakeLists.txt, its declaration in instruction_sets.h, its line here.

#include "kernels/dispatch.h"
#include "kernels/instruction_sets.h"

#if defined(OCTET_HAVE_AVXVNNI)
#include <cpuid.h>
#endif
#if defined(OCTET_HAVE_NEON)
#include <sys/auxv.h>
#endif

namespace octet {
namespace {

bool Always() { return true; }

#if defined(OCTET_HAVE_AVX2)
// Asks CPUID and whether the operating system saves the registers.
bool SupportsAvx2() { return __builtin_cpu_supports("avx2") != 0; }
#endif

#if defined(OCTET_HAVE_AVXVNNI)
// Its registers are those of AVX2. Not every compiler's
// __builtin_cpu_supports knows it.
bool SupportsAvxVnni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kAvxVnni = 1u << 4;
  return SupportsAvx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) &&
         (eax & kAvxVnni) != 0;
}
#endif

#if defined(OCTET_HAVE_AVX512VNNI)
// What Cascade Lake has.
bool SupportsAvx512Vnni() {
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}
#endif

#if defined(OCTET_HAVE_NEON)
// Bits of the Linux kernel's interface, which old headers lack.
#if defined(__aarch64__)
constexpr unsigned long kHwcapNeon = 1ul << 1;  // HWCAP_ASIMD
#else
constexpr unsigned long kHwcapNeon = 1ul << 12;  // HWCAP_NEON
#endif

bool SupportsNeon() { return (getauxval(AT_HWCAP) & kHwcapNeon) != 0; }
#endif

#if defined(OCTET_HAVE_NEONDOT)
constexpr unsigned long kHwcapDotProduct = 1ul << 20;  // HWCAP_ASIMDDP

bool SupportsNeonDot() {
  return SupportsNeon() && (getauxval(AT_HWCAP) & kHwcapDotProduct) != 0;
}
#endif

#if defined(OCTET_HAVE_I8MM)
constexpr unsigned long kHwcap2Int8Matrix = 1ul << 13;  // HWCAP2_I8MM

bool SupportsI8mm() {
  return SupportsNeonDot() && (getauxval(AT_HWCAP2) & kHwcap2Int8Matrix) != 0;
}
#endif

constexpr IsaEntry kIsas[] = {
#if defined(OCTET_HAVE_AVX512VNNI)
    {&kAvx512VnniTable, SupportsAvx512Vnni},
#endif
#if defined(OCTET_HAVE_AVXVNNI)
    {&kAvxVnniTable, SupportsAvxVnni},
#endif
#if defined(OCTET_HAVE_AVX2)
    {&kAvx2Table, SupportsAvx2},
#endif
#if defined(OCTET_HAVE_I8MM)
    {&kI8mmTable, SupportsI8mm},
#endif
#if defined(OCTET_HAVE_NEONDOT)
    {&kNeonDotTable, SupportsNeonDot},
#endif
#if defined(OCTET_HAVE_NEON)
    {&kNeonTable, SupportsNeon},
#endif
    {&kScalarTable, Always},
};

}  // namespace

const IsaEntry* IsaList(size_t* count) {
  *count = sizeof(kIsas) / sizeof(kIsas[0]);
  return kIsas;
}

}  // namespace octet
