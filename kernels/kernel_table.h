// KernelTable: all kernels of one instruction set. Each instruction-set folder
// exports exactly one symbol, its table.

#ifndef OCTET_KERNELS_KERNEL_TABLE_H_
#define OCTET_KERNELS_KERNEL_TABLE_H_

#include <cstddef>

#include "kernels/activation_form.h"
#include "kernels/depthwise_conv.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/pooling.h"
#include "kernels/tflite.h"
#include "kernels/winograd_conv.h"

namespace octet {

// An entry may be empty (no kernels, a null function): the next table of the
// dispatch list that serves the plan's form takes its place.
struct KernelTable {
  const char* isa;  // "scalar", "avx2", ...: the word used everywhere
  // The form that activations have when this table leads.
  ActivationForm form;
  // Whether its kernels take either form (scalar), so that it can stand in for
  // any table; otherwise only `form`.
  bool serves_both_forms;

  const GemmKernel* gemm;  // best first where several fit
  size_t num_gemm;
  const GemmKernel* accumulate_gemm = nullptr;
  size_t num_accumulate_gemm = 0;
  const DepthwiseConvKernel* depthwise_conv;
  size_t num_depthwise_conv;
  // May be empty without a stand-in: the layer then runs as gemm.
  const WinogradConvKernel* winograd_conv = nullptr;
  size_t num_winograd_conv = 0;
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

}  // namespace octet

#endif  // OCTET_KERNELS_KERNEL_TABLE_H_
