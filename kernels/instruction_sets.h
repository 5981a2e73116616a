// The tables that instruction-set folders export. Only dispatch and the list
// below it name them.

#ifndef OCTET_KERNELS_INSTRUCTION_SETS_H_
#define OCTET_KERNELS_INSTRUCTION_SETS_H_

#include "kernels/kernel_table.h"

namespace octet {

extern const KernelTable kScalarTable;
#if defined(OCTET_HAVE_AVX2)
extern const KernelTable kAvx2Table;
#endif
#if defined(OCTET_HAVE_AVXVNNI)
extern const KernelTable kAvxVnniTable;
#endif
#if defined(OCTET_HAVE_AVX512VNNI)
extern const KernelTable kAvx512VnniTable;
#endif
#if defined(OCTET_HAVE_NEON)
extern const KernelTable kNeonTable;
#endif
#if defined(OCTET_HAVE_NEONDOT)
extern const KernelTable kNeonDotTable;
#endif
#if defined(OCTET_HAVE_I8MM)
extern const KernelTable kI8mmTable;
#endif

}  // namespace octet

#endif  // OCTET_KERNELS_INSTRUCTION_SETS_H_
