#!/bin/bash
# ARM without ARM hardware: instructions a multiply-accumulate of whole layers,
# counted exactly under qemu, beside XNNPACK's (Debian's) for the same layers on
# the same CPU; and what llvm-mca's models of three CPUs say about the inner
# loops of both.
#
#   bench/arm.sh [--json FILE]
#
# FILE: a list of {layer, cpu, isa, kernel, insn_per_mac, xnnpack_insn_per_mac,
# ratio}, and of {loop, model, insns, macs, cycles_per_mac}. Builds into
# build/arm-bench; the packages of toolchains/setup.sh --cross have to be there.
set -euo pipefail
cd "$(dirname "$0")/.."

json=
case "${1:-}" in
  "") ;;
  --json) json=${2:?bench/arm.sh: --json needs a file} ;;
  *) echo "usage: bench/arm.sh [--json FILE]" >&2; exit 2 ;;
esac
for tool in qemu-aarch64 aarch64-linux-gnu-g++ llvm-mca-19; do
  if ! command -v "$tool" >/dev/null; then
    echo "bench/arm.sh: $tool is missing; toolchains/setup.sh --cross" \
      "installs it" >&2
    exit 1
  fi
done

build=build/arm-bench
sysroot=$PWD/build/sysroot-arm64
mkdir -p build
toolchains/make_sysroot.sh arm64 "$sysroot" >&2
{
  OCTET_SYSROOT=$sysroot cmake --preset aarch64 -B $build \
    -DCMAKE_BUILD_TYPE=Release -DOCTET_BUILD_TESTS=OFF \
    -DOCTET_BUILD_BENCHMARKS=ON
  cmake --build $build --target octet_count_layers
  gcc -O2 -Wall -Wextra -shared -fPIC -o $build/libcount_insns.so \
    bench/arm/count_insns.c
} >build/arm-bench.log 2>&1 || { cat build/arm-bench.log >&2; exit 1; }

libraries=$sysroot/usr/lib/aarch64-linux-gnu
for cpu in cortex-a53 cortex-a76 max; do
  qemu-aarch64 -cpu $cpu -L /usr/aarch64-linux-gnu \
    -E "LD_LIBRARY_PATH=$libraries" -plugin ./$build/libcount_insns.so \
    -d plugin -D $build/$cpu.counts $build/bin/octet_count_layers \
    bench/shapes/mobilenet_v2.txt bench/shapes/resnet50.txt >$build/$cpu.layers
done

exec python3 -B bench/arm/report.py "$build" "$libraries" ${json:+"$json"}
