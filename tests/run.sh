#!/bin/bash
# Builds and runs all tests, from nothing but this checkout: installs the
# packages (Debian 12), then
#   dev          unit, end-to-end and check tests, warnings as errors
#   asan-ubsan   the same under AddressSanitizer and UBSan
#   aarch64      kernels and engine cross-compiled, run under qemu: all of it on
#                a CPU with every instruction set, a covering part on others
#   armv7        the same for 32-bit ARM, a Cortex-A7
#   aarch64-static
#                the octet command as one static file: its size and that of the
#                runtime, and octet selftest on every CPU
# and, where it is named,
#   armv7-static the same for 32-bit ARM
#
#   tests/run.sh [--no-install] [dev|asan-ubsan|aarch64|armv7 ...]
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes
if [ "${1:-}" = --no-install ]; then install=no; shift; fi
stages=("$@")
if [ ${#stages[@]} = 0 ]; then
  stages=(dev asan-ubsan aarch64 armv7 aarch64-static)
fi

if [ $install = yes ]; then toolchains/setup.sh --cross; fi

# build PRESET [cmake option ...]: configures and builds one preset.
build() {
  local preset=$1 log=build/$1.log start=$SECONDS
  shift
  mkdir -p build
  echo "== $preset: build"
  cmake --preset "$preset" "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
  cmake --build --preset "$preset" >"$log" 2>&1 || { tail -50 "$log"; return 1; }
  echo "== $preset: built in $((SECONDS - start)) s"
}

# Debug information takes a tenth of the time; only the sanitizers print it.
undebugged=-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2

# run_tests PRESET [ctest option ...]
run_tests() {
  local start=$SECONDS
  ctest --preset "$@" -j "$(nproc)"
  echo "== $1: tested in $((SECONDS - start)) s"
}

# emulate PRESET CPU TABLES [ctest option ...]: tests on a CPU of qemu, which
# has exactly these kernel tables (isa_coverage_test).
emulate() {
  local preset=$1 cpu=$2 tables=$3
  shift 3
  echo "== $preset: test on $cpu"
  QEMU_CPU=$cpu OCTET_EXPECT_ISAS=$tables run_tests "$preset" "$@"
}
# What depends on the CPU: which tables there are, and what runs in them.
covering='^(isa_coverage|dispatch|gemm_convolution|elementwise|pooling|tflite)'
covering+='(_sums)?_test$'

# check_size NAME FILE KB: prints a stripped file's size; fails above a limit.
check_size() {
  local bytes
  bytes=$(stat -c %s "$2")
  echo "== $1, stripped: $bytes bytes (limit: $3 KB)"
  [ "$bytes" -le $(($3 * 1000)) ]
}

# static_command PRESET TRIPLE QEMU COMMAND_KB LIBRARY_KB CPU...: builds the
# octet command as one static file, prints its size and that of the runtime
# with every operator, and runs the bundled network on each CPU: all tables
# must give the outputs that were stored on x86.
static_command() {
  local preset=$1 triple=$2 qemu=$3 command_kb=$4 library_kb=$5 cpu
  shift 5
  build "$preset"
  local folder=build/$preset
  "$triple-strip" -o "$folder/octet" "$folder/bin/octet"
  "$triple-strip" -o "$folder/liboctet.so" "$folder/lib/liboctet.so"
  check_size "$preset: octet" "$folder/octet" "$command_kb"
  check_size "$preset: runtime" "$folder/liboctet.so" "$library_kb"
  for cpu; do
    echo "== $preset: selftest on $cpu"
    "$qemu" -cpu "$cpu" "$folder/octet" selftest examples/digits/digits.octet
  done
}

for name in "${stages[@]}"; do
  case $name in
    dev)
      build dev $undebugged
      run_tests dev ;;
    asan-ubsan)
      build asan-ubsan
      run_tests asan-ubsan ;;
    aarch64)
      toolchains/make_sysroot.sh arm64 build/sysroot-arm64
      OCTET_SYSROOT=$PWD/build/sysroot-arm64 build aarch64 $undebugged
      toolchains/check_android.sh
      emulate aarch64 max i8mm,neondot,neon,scalar
      emulate aarch64 cortex-a76 neondot,neon,scalar -R "$covering"
      emulate aarch64 cortex-a53 neon,scalar -R "$covering" ;;
    aarch64-static)
      toolchains/make_sysroot.sh arm64 build/sysroot-arm64
      OCTET_SYSROOT=$PWD/build/sysroot-arm64 static_command aarch64-static \
        aarch64-linux-gnu qemu-aarch64 600 350 cortex-a53 cortex-a76 max ;;
    armv7)
      toolchains/make_sysroot.sh armhf build/sysroot-armhf
      OCTET_SYSROOT=$PWD/build/sysroot-armhf build armv7 $undebugged
      emulate armv7 cortex-a7 neon,scalar ;;
    armv7-static)
      toolchains/make_sysroot.sh armhf build/sysroot-armhf
      OCTET_SYSROOT=$PWD/build/sysroot-armhf static_command armv7-static \
        arm-linux-gnueabihf qemu-arm 800 300 cortex-a7 cortex-a15,neon=off
      tests/refusal.sh build/armv7-static/octet ;;
    *) echo "tests/run.sh: no stage '$name'" >&2; exit 2 ;;
  esac
done
