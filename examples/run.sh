#!/bin/bash
# The main job on the bundled model, from nothing but this checkout: installs
# the packages (Debian 12), builds, converts examples/digits to INT8, runs a
# picture through it, and prints accuracy, size and latency.
#
#   examples/run.sh [--no-install]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --no-install ]; then toolchains/setup.sh; fi
build=build/example
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DOCTET_BUILD_TESTS=OFF -DOCTET_BUILD_BENCHMARKS=OFF
cmake --build $build

bin=$build/bin
digits=examples/digits
model=$build/digits.octet

echo
echo "== Convert: calibrate on 200 digits, compare FP32 with INT8 on 500"
"$bin/octet-convert" "$digits/digits.onnx" -o "$model" \
  --calibrate "$digits/calib-images.idx3-ubyte" \
  --evaluate "$digits/test-images.idx3-ubyte" \
  --labels "$digits/test-labels.idx1-ubyte" \
  --std 255 --class-names "$digits/labels.txt"

echo
echo "== Size in bytes"
wc -c "$digits/digits.onnx" "$model" | sed '$d'

echo
echo "== Run: which digit is in the picture?"
"$bin/octet" run "$model" "$digits/three.png" --top 3

echo
echo "== Latency"
"$bin/octet" bench "$model"
