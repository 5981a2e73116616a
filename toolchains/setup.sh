#!/bin/bash
# Installs what Octet needs on a Debian 12, however bare. Does nothing where all
# of it is installed already.
#
#   toolchains/setup.sh            to build, convert and test on this machine
#   toolchains/setup.sh --cross    and to cross-compile and test for ARM
#   toolchains/setup.sh --bench    and to run ONNX Runtime for comparison
set -euo pipefail

packages=(
  # To build anything.
  g++ cmake ninja-build git ca-certificates pkg-config
  # The engine: the file format, the thread pool, TFLite's arithmetic.
  libflatbuffers-dev flatbuffers-compiler libpthreadpool-dev libgemmlowp-dev
  # The commands: pictures, archives, options, JSON.
  libpng-dev libjpeg62-turbo-dev libwebp-dev libstb-dev zlib1g-dev
  libcli11-dev nlohmann-json3-dev
  # The converter: ONNX files and the FP32 execution of a network.
  libprotobuf-dev protobuf-compiler libonnx-dev
  libxnnpack-dev
  # Tests and benchmarks: frameworks, oracles, checks.
  libgtest-dev libbenchmark-dev
  python3 clang-format
  # The networks that bench/ measures.
  python3-numpy python3-onnx
)
cross_packages=(
  # Compilers for 64-bit and 32-bit ARM, and what runs their programs here.
  g++-aarch64-linux-gnu g++-arm-linux-gnueabihf qemu-user
  # Compiles for Android: toolchains/check_android.sh.
  clang
  # What bench/arm.sh asks about inner loops.
  llvm-19
)
bench_packages=()
# Node.js that came from elsewhere serves as well, and conflicts with these.
command -v node >/dev/null || bench_packages+=(nodejs)
command -v npm >/dev/null || bench_packages+=(npm)

case "${1:-}" in
  "") ;;
  --cross) packages+=("${cross_packages[@]}") ;;
  --bench) packages+=("${bench_packages[@]}") ;;
  *)
    echo "usage: toolchains/setup.sh [--cross | --bench]" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || true
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then exit 0; fi

root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "toolchains/setup.sh: run it as root, to install: ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi
echo "toolchains/setup.sh: installing ${missing[*]}" >&2
lock=(-o "DPkg::Lock::Timeout=300")
"${root[@]}" apt-get "${lock[@]}" -q update
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${lock[@]}" -q install \
  -y --no-install-recommends "${missing[@]}"
