#!/bin/bash
# The main job on the bundled model, from nothing but this checkout: installs
# the packages (Debian 12), builds, converts examples/digits to INT8, runs a
# picture through it, and prints accuracy, size and latency.
#
#   examples/run.sh [--no-install]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --no-install ]; then toolchains/setup.sh; fi
cmake --preset release -DOCTET_BUILD_TESTS=OFF -DOCTET_BUILD_BENCHMARKS=OFF \
  >build-release.log 2>&1 || { cat build-release.log; exit 1; }
rm -f build-release.log
cmake --build --preset release

bin=build/release/bin
digits=examples/digits
model=build/release/digits.octet

echo
echo "== Convert: calibrate on 200 digits, compare FP32 with INT8 on 500"
"$bin/octet-convert" "$digits/digits.onnx" -o "$model" \
  --calibrate "$digits/calib-images.idx3-ubyte" \
  --evaluate "$digits/test-images.idx3-ubyte" \
  --labels "$digits/test-labels.idx1-ubyte" \
  --std 255 --class-names "$digits/labels.txt"

echo
echo "== Size in bytes"
wc -c "$digits/digits.onnx" "$model" | head -2

echo
echo "== Run: which digit is in the picture?"
"$bin/octet" run "$model" "$digits/three.png" --top 3

echo
echo "== Latency"
"$bin/octet" bench "$model"
