#!/bin/bash
# Builds and runs all tests, from nothing but this checkout: installs the
# packages (Debian 12), then
#   dev          unit, end-to-end and check tests, warnings as errors
#   asan-ubsan   the same under AddressSanitizer and UBSan
#   aarch64      kernels and engine cross-compiled, run under qemu
#   armv7        the same for 32-bit ARM
#
#   tests/run.sh [--no-install] [dev|asan-ubsan|aarch64|armv7 ...]
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes
if [ "${1:-}" = --no-install ]; then install=no; shift; fi
stages=("$@")
if [ ${#stages[@]} = 0 ]; then stages=(dev asan-ubsan aarch64 armv7); fi

if [ $install = yes ]; then toolchains/setup.sh --cross; fi

# stage PRESET [cmake option ...]: configures, builds and tests one preset.
stage() {
  local preset=$1 log=build/$1.log start=$SECONDS
  shift
  mkdir -p build
  echo "== $preset: build"
  cmake --preset "$preset" "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
  cmake --build --preset "$preset" >"$log" 2>&1 || { tail -50 "$log"; return 1; }
  echo "== $preset: test (built in $((SECONDS - start)) s)"
  ctest --preset "$preset"
  echo "== $preset: $((SECONDS - start)) s"
}

for name in "${stages[@]}"; do
  case $name in
    dev | asan-ubsan) stage "$name" ;;
    aarch64)
      toolchains/make_sysroot.sh arm64 build/sysroot-arm64
      OCTET_SYSROOT=$PWD/build/sysroot-arm64 stage aarch64 ;;
    armv7)
      toolchains/make_sysroot.sh armhf build/sysroot-armhf
      OCTET_SYSROOT=$PWD/build/sysroot-armhf stage armv7 ;;
    *) echo "tests/run.sh: no stage '$name'" >&2; exit 2 ;;
  esac
done
