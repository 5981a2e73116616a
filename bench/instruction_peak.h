// The most multiply-accumulates a second that an instruction set's kernels
// could reach on this machine: their instruction form on registers alone.

#ifndef OCTET_BENCH_INSTRUCTION_PEAK_H_
#define OCTET_BENCH_INSTRUCTION_PEAK_H_

#include <cstddef>

namespace octet::bench {

struct InstructionPeak {
  const char* isa;
  const char* form;             // "vpmaddwd + vpaddd"
  double (*run)(size_t times);  // returns the multiply-accumulates done
};

// Of the sets that have one; call only what the CPU supports.
const InstructionPeak* InstructionPeaks(size_t* count);

double RunAvx2Peak(size_t times);
double RunAvxVnniPeak(size_t times);
double RunAvx512VnniPeak(size_t times);

}  // namespace octet::bench

#endif  // OCTET_BENCH_INSTRUCTION_PEAK_H_
