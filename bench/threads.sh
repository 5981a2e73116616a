#!/bin/bash
# Every network of a data folder on one thread, on two and on as many as the
# plan chooses, in turn: smallest times, and how many times as fast as on one.
#
#   bench/threads.sh DATA_DIR [--bin build/release/bin] [--only MODEL]
#                    [--rounds 20] [--json FILE] [MODEL.octet ...]
#
# DATA_DIR/models/NAME/model.onnx or model.tflite is converted with made-up
# pictures (ranges do not matter here); what does not convert is listed with the
# reason. Exit status 2: two threads or auto are over 3 % slower than one on the
# median of the rounds in which the machine gave two cores; 3: it never did.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/threads.sh >&2; exit 1; }

bin=build/release/bin only='' data='' models=() options=()
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=${2:?}; shift 2 ;;
    --only) only=${2:?}; shift 2 ;;
    --rounds | --json) options+=("$1" "${2:?}"); shift 2 ;;
    --*) usage ;;
    *.octet) models+=("$1"); shift ;;
    *) data=$1; shift ;;
  esac
done
[ -n "$data" ] || [ ${#models[@]} -gt 0 ] || usage
[ -x "$bin/octet_threads_bench" ] || {
  echo "threads.sh: no $bin/octet_threads_bench:" \
    "cmake --preset release && cmake --build --preset release" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in ${data:+"$data"/models/*/model.onnx "$data"/models/*/model.tflite}; do
  [ -f "$source" ] || continue
  name=$(basename "$(dirname "$source")")
  [ -z "$only" ] || [ "$only" = "$name" ] || continue
  if "$bin/octet-convert" "$source" -o "$work/$name.octet" --data-free \
    --calibrate-samples 4 >"$work/log" 2>&1; then
    models+=("$work/$name.octet")
  else
    echo "$name does not convert: $(grep -v '^  ' "$work/log" | tail -n 1)" >&2
  fi
done
"$bin/octet_threads_bench" "${models[@]}" ${options[@]+"${options[@]}"}
