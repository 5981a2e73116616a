#!/bin/bash
# The networks of the accuracy table, converted here, give the same bytes in
# every kernel table of this CPU and of the ARM CPUs that qemu plays: `octet
# selftest` stores the SHA-256 of its outputs here, and compares there.
#
#   tests/cross_models.sh DATA_DIR [--bin DIR]
#
# --bin: where octet and octet-convert are, default build/release/bin. The ARM
# commands are those of the presets aarch64-static and armv7-static, built.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${1:?usage: tests/cross_models.sh DATA_DIR [--bin DIR]}
bin=build/release/bin
if [ "${2:-}" = --bin ]; then bin=${3:?}; fi
arm64=build/aarch64-static/bin/octet
arm32=build/armv7-static/bin/octet
for command in "$bin/octet" "$arm64" "$arm32"; do
  [ -x "$command" ] || { echo "cross_models.sh: no $command" >&2; exit 1; }
done

models=build/cross-models
mkdir -p $models
rm -f $models/*.sha256
bench/accuracy.sh "$data" --bin "$bin" --convert-only $models

for model in $models/*.octet; do
  echo "== $(basename "$model")"
  "$bin/octet" selftest --store "$model"
  for cpu in cortex-a53 cortex-a76 max; do
    echo "-- AArch64, $cpu"
    qemu-aarch64 -cpu $cpu $arm64 selftest "$model"
  done
  for cpu in cortex-a7 cortex-a15,neon=off; do
    echo "-- ARMv7, $cpu"
    qemu-arm -cpu $cpu $arm32 selftest "$model"
  done
done
