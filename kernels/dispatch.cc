#include "kernels/dispatch.h"

#include <cstring>

#include "kernels/instruction_sets.h"

namespace octet {
namespace {

// Walks the tables that can stand in for `leading`, itself first, until `visit`
// returns true.
template <typename Visit>
void ForEachServingTable(const KernelTable* leading, Visit visit) {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  bool reached = false;
  for (size_t i = 0; i < count; ++i) {
    const KernelTable* table = list[i].table;
    reached = reached || table == leading;
    if (!reached || !list[i].cpu_supports()) continue;
    if (table->form != leading->form && !table->serves_both_forms) continue;
    if (visit(*table)) return;
  }
}

template <typename Function>
Function FirstFunction(const KernelTable* leading,
                       Function KernelTable::*entry) {
  Function found = nullptr;
  ForEachServingTable(leading, [&](const KernelTable& table) {
    found = table.*entry;
    return found != nullptr;
  });
  return found;
}

template <typename Kernel>
void SetFirst(const KernelTable* leading, Kernel TfliteKernels::*entry,
              TfliteKernels* to) {
  ForEachServingTable(leading, [&](const KernelTable& table) {
    to->*entry = table.tflite.*entry;
    return to->*entry != nullptr;
  });
}

TfliteKernels ResolveTflite(const KernelTable* leading) {
  TfliteKernels set = {};
  SetFirst(leading, &TfliteKernels::accumulate_depthwise_conv, &set);
  SetFirst(leading, &TfliteKernels::output, &set);
  SetFirst(leading, &TfliteKernels::add, &set);
  SetFirst(leading, &TfliteKernels::requantize, &set);
  SetFirst(leading, &TfliteKernels::softmax, &set);
  SetFirst(leading, &TfliteKernels::average_pool, &set);
  SetFirst(leading, &TfliteKernels::mean, &set);
  return set;
}

// A field of a descriptor that is 0 takes any value.
bool Takes(uint8_t only, size_t value) { return only == 0 || only == value; }

bool TakesShape(const DepthwiseConvDescriptor& descriptor,
                const DepthwiseConvShape& shape) {
  return Takes(descriptor.kernel_h, shape.kernel_h) &&
         Takes(descriptor.kernel_w, shape.kernel_w) &&
         Takes(descriptor.stride_h, shape.stride_h) &&
         Takes(descriptor.stride_w, shape.stride_w) &&
         Takes(descriptor.dilation_h, shape.dilation_h) &&
         Takes(descriptor.dilation_w, shape.dilation_w);
}

size_t RoundUp(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// How many times the work of its runs alone a layer is, with extra steps.
double StepRatio(const GemmDescriptor& descriptor, const GemmShape& shape,
                 const LayerWeights* weights) {
  if (!descriptor.int16_sums) return 1;
  size_t extra = 0;
  LayerWeights group = *weights;
  group.n = shape.n;
  for (size_t first = 0; first < weights->n; first += shape.n) {
    group.weights = weights->weights + first * weights->channel_stride;
    extra +=
        CountExtraSteps(descriptor, group, shape.num_runs, shape.run_length)
            .total;
  }
  const size_t panels =
      RoundUp(shape.n, descriptor.nr) / descriptor.nr * (weights->n / shape.n);
  const size_t steps = PaddedK(descriptor, shape.num_runs, shape.run_length) /
                       StepOf(descriptor) * panels;
  return 1 + static_cast<double>(extra) / static_cast<double>(steps);
}

// The product of sizes, which may be larger than any integer.
double Product(size_t a, size_t b, size_t c) {
  return static_cast<double>(a) * static_cast<double>(b) *
         static_cast<double>(c);
}

// Padded multiply-accumulates, in hundredths of those of a kernel that costs
// 100 percent.
double GemmWork(const GemmDescriptor& descriptor, const GemmShape& shape,
                const LayerWeights* weights) {
  return Product(RoundUp(shape.m, descriptor.mr),
                 RoundUp(shape.n, descriptor.nr),
                 PaddedK(descriptor, shape.num_runs, shape.run_length)) *
         static_cast<double>(descriptor.cost_percent) *
         StepRatio(descriptor, shape, weights);
}

struct GemmChoice {
  const GemmKernel* kernel = nullptr;
  double work = 0;
};

// A list of kernels in a table.
struct GemmList {
  const GemmKernel* KernelTable::*kernels;
  size_t KernelTable::*count;
};
constexpr GemmList kGemms = {&KernelTable::gemm, &KernelTable::num_gemm};
constexpr GemmList kAccumulateGemms = {&KernelTable::accumulate_gemm,
                                       &KernelTable::num_accumulate_gemm};

// int16 weights take all of them.
bool TakesWeights(const GemmDescriptor& descriptor, WeightRange range) {
  if (descriptor.weight_type == WeightType::kInt16) return true;
  return range == WeightRange::kSymmetric ||
         (range == WeightRange::kInt8 && descriptor.takes_minus_128);
}

GemmChoice ChooseGemm(const KernelSet& set, const GemmList& list,
                      const GemmShape& shape, const LayerWeights* weights,
                      WeightRange range, const char** isa) {
  GemmChoice best;
  ForEachServingTable(set.leading, [&](const KernelTable& table) {
    for (size_t i = 0; i < table.*list.count; ++i) {
      const GemmKernel& kernel = (table.*list.kernels)[i];
      const GemmDescriptor& candidate = kernel.descriptor;
      if (!TakesWeights(candidate, range)) continue;
      if (candidate.max_m != 0 && shape.m > candidate.max_m) continue;
      if (candidate.max_n != 0 && shape.n > candidate.max_n) continue;
      if (candidate.int16_sums && weights == nullptr) continue;
      const double work = GemmWork(candidate, shape, weights);
      if (best.kernel != nullptr && work >= best.work) continue;
      best = {&kernel, work};
      if (isa != nullptr) *isa = table.isa;
    }
    return best.kernel != nullptr;
  });
  return best;
}

// What loading a weight from behind the L2 cache costs, in units of
// multiply-accumulates: counts where few tiles share it.
constexpr size_t kWorkPerWeight = 4;

// In the same unit. Tiles are not padded: the last ones of a call cost what
// they are.
double WinogradConvWork(const WinogradConvDescriptor& descriptor,
                        const WinogradConvShape& shape) {
  const size_t c = RoundUp(shape.c, descriptor.kr);
  const size_t n = RoundUp(shape.n, descriptor.nr);
  return Product(kWinogradPositions * c, n, shape.tiles + kWorkPerWeight) *
             descriptor.product_percent +
         100 * (Product(shape.tiles, c, descriptor.input_work) +
                Product(shape.tiles, n, descriptor.output_work));
}

}  // namespace

const KernelTable* BestTable() {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  for (size_t i = 0; i + 1 < count; ++i) {
    if (list[i].cpu_supports()) return list[i].table;
  }
  return list[count - 1].table;
}

const KernelTable* FindTable(const char* isa) {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  for (size_t i = 0; i < count; ++i) {
    if (std::strcmp(list[i].table->isa, isa) == 0) {
      return list[i].cpu_supports() ? list[i].table : nullptr;
    }
  }
  return nullptr;
}

void FormatSupportedIsas(char* text, size_t size) {
  if (size == 0) return;
  size_t length = 0;
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  for (size_t i = 0; i < count; ++i) {
    if (!list[i].cpu_supports()) continue;
    const char* parts[] = {length == 0 ? "" : ", ", list[i].table->isa};
    for (const char* part : parts) {
      while (*part != '\0' && length + 1 < size) text[length++] = *part++;
    }
  }
  text[length] = '\0';
}

KernelSet ResolveKernels(const KernelTable* leading) {
  KernelSet set = {};
  set.leading = leading;
  set.form = leading->form;
  set.max_pool = FirstFunction(leading, &KernelTable::max_pool);
  set.average_pool = FirstFunction(leading, &KernelTable::average_pool);
  set.add = FirstFunction(leading, &KernelTable::add);
  set.mul = FirstFunction(leading, &KernelTable::mul);
  set.requantize = FirstFunction(leading, &KernelTable::requantize);
  set.lookup = FirstFunction(leading, &KernelTable::lookup);
  set.softmax = FirstFunction(leading, &KernelTable::softmax);
  set.quantize = FirstFunction(leading, &KernelTable::quantize);
  set.dequantize = FirstFunction(leading, &KernelTable::dequantize);
  set.tflite = ResolveTflite(leading);
  return set;
}

const GemmKernel* SelectGemm(const KernelSet& set, const GemmShape& shape,
                             const LayerWeights* weights, const char** isa) {
  return ChooseGemm(set, kGemms, shape, weights, WeightRange::kSymmetric, isa)
      .kernel;
}

const GemmKernel* SelectGemmForInt8(const KernelSet& set,
                                    const GemmShape& shape, const char** isa) {
  return ChooseGemm(set, kGemms, shape, nullptr, WeightRange::kInt8, isa)
      .kernel;
}

const GemmKernel* SelectAccumulateGemm(const KernelSet& set,
                                       const GemmShape& shape,
                                       WeightRange weights, const char** isa) {
  return ChooseGemm(set, kAccumulateGemms, shape, nullptr, weights, isa).kernel;
}

const DepthwiseConvKernel* SelectDepthwiseConv(const KernelSet& set,
                                               const DepthwiseConvShape& shape,
                                               const char** isa) {
  const DepthwiseConvKernel* found = nullptr;
  ForEachServingTable(set.leading, [&](const KernelTable& table) {
    for (size_t i = 0; i < table.num_depthwise_conv; ++i) {
      if (!TakesShape(table.depthwise_conv[i].descriptor, shape)) continue;
      found = &table.depthwise_conv[i];
      if (isa != nullptr) *isa = table.isa;
      return true;
    }
    return false;
  });
  return found;
}

const WinogradConvKernel* SelectWinogradConv(const KernelSet& set,
                                             const WinogradConvShape& shape,
                                             const LayerWeights& weights,
                                             const char** isa) {
  const GemmShape direct = {shape.pixels, shape.n, 3, 3 * shape.c};
  const char* gemm_isa = nullptr;
  const GemmChoice gemm = ChooseGemm(set, kGemms, direct, &weights,
                                     WeightRange::kSymmetric, &gemm_isa);
  const double gemm_work =
      gemm.work + 100 * Product(RoundUp(shape.n, gemm.kernel->descriptor.nr),
                                9 * shape.c, kWorkPerWeight);
  const WinogradConvKernel* best = nullptr;
  ForEachServingTable(set.leading, [&](const KernelTable& table) {
    if (table.isa != gemm_isa) return false;
    double best_work = gemm_work;
    for (size_t i = 0; i < table.num_winograd_conv; ++i) {
      const double work =
          WinogradConvWork(table.winograd_conv[i].descriptor, shape);
      if (work >= best_work) continue;
      best = &table.winograd_conv[i];
      best_work = work;
      if (isa != nullptr) *isa = table.isa;
    }
    return true;
  });
  return best;
}

}  // namespace octet
