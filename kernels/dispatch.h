// Dispatch: THE list of instruction sets, and the choice of kernels from it.

#ifndef OCTET_KERNELS_DISPATCH_H_
#define OCTET_KERNELS_DISPATCH_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/pack.h"

namespace octet {

struct IsaEntry {
  const KernelTable* table;
  bool (*cpu_supports)();  // asks the CPU and the operating system
};

// The tables that this binary contains, best first; the last is scalar, which
// every CPU supports.
const IsaEntry* IsaList(size_t* count);

// The best table that this CPU supports.
const KernelTable* BestTable();

// The table named `isa`, or null if this binary does not contain it or this CPU
// does not support it.
const KernelTable* FindTable(const char* isa);

// "avx2, scalar": the tables that can be named on this machine.
// Writes at most `size` bytes including the final 0.
void FormatSupportedIsas(char* text, size_t size);

// What a depthwise kernel must handle.
struct DepthwiseConvShape {
  size_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
};

// The kernels of a plan: those of `leading` and, for its empty entries, those
// of the tables behind it in the list. No function is null.
struct KernelSet {
  const KernelTable* leading;
  ActivationForm form;
  PoolFunction max_pool;
  PoolFunction average_pool;
  AddFunction add;
  MulFunction mul;
  RequantizeFunction requantize;
  LookupFunction lookup;
  SoftmaxFunction softmax;
  QuantizeFunction quantize;
  DequantizeFunction dequantize;
  TfliteKernels tflite = {};
};

KernelSet ResolveKernels(const KernelTable* leading);

struct GemmShape {
  size_t m;  // pixels
  size_t n;  // channels of a group
  size_t num_runs, run_length;
};

// The kernel for a layer, whose `weights` are those of all its groups: of those
// that take m and n, the one that does the least padded work, extra steps
// included; the earlier one of the table where equal. Without weights (null),
// kernels with int16_sums are left out. Never null; `isa` (optional) receives
// the name of its table.
const GemmKernel* SelectGemm(const KernelSet& set, const GemmShape& shape,
                             const LayerWeights* weights, const char** isa);

// The same for weights that are known at run time alone, -128 ... 127. Null if
// no table has such a kernel.
const GemmKernel* SelectGemmForInt8(const KernelSet& set,
                                    const GemmShape& shape, const char** isa);

// What the weights of a layer may be beside -127 ... 127.
enum class WeightRange : uint8_t {
  kSymmetric = 0,  // nothing
  kInt8 = 1,       // -128
  kZeroPoint = 2,  // -128, and minus a zero point
};

// The same among the kernels that store accumulators.
const GemmKernel* SelectAccumulateGemm(const KernelSet& set,
                                       const GemmShape& shape,
                                       WeightRange weights, const char** isa);

// What a 3x3 convolution of stride and dilation 1 amounts to in tiles of 2x2
// pixels.
struct WinogradConvShape {
  size_t pixels, tiles;
  size_t c, n;  // input and output channels
};

// The kernel that takes fewer steps for the layer than the gemm kernel that
// SelectGemm chooses, by an estimate; of the same table. Null if there is none.
// Whether the weights allow it, WinogradConvFits says.
const WinogradConvKernel* SelectWinogradConv(const KernelSet& set,
                                             const WinogradConvShape& shape,
                                             const LayerWeights& weights,
                                             const char** isa);

// The first kernel that takes `shape`. Never null.
const DepthwiseConvKernel* SelectDepthwiseConv(const KernelSet& set,
                                               const DepthwiseConvShape& shape,
                                               const char** isa);

}  // namespace octet

#endif  // OCTET_KERNELS_DISPATCH_H_
