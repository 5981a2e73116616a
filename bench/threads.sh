#!/bin/bash
# Every network of a data folder on one thread, on two and on as many as the
# plan chooses: milliseconds, and how many times as fast as on one.
#
#   bench/threads.sh DATA_DIR [--bin build/release/bin] [--only MODEL]
#                    [--rounds 3] [--seconds 0.4] [MODEL.octet ...]
#
# DATA_DIR/models/NAME/model.onnx or model.tflite is converted with made-up
# pictures (ranges do not matter here); what does not convert is listed with the
# reason. The three take turns; of each, the smallest median of all rounds
# counts. Exit status 1: two threads or auto are more than 3 % slower than one.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/threads.sh >&2; exit 2; }

bin=build/release/bin only='' rounds=3 seconds=0.4 data='' models=()
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=${2:?}; shift 2 ;;
    --only) only=${2:?}; shift 2 ;;
    --rounds) rounds=${2:?}; shift 2 ;;
    --seconds) seconds=${2:?}; shift 2 ;;
    --*) usage ;;
    *.octet) models+=("$1"); shift ;;
    *) data=$1; shift ;;
  esac
done
[ -n "$data" ] || [ ${#models[@]} -gt 0 ] || usage
[ -x "$bin/octet" ] || {
  echo "threads.sh: no $bin/octet: cmake --preset release && cmake --build --preset release" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$data"/models/*/model.onnx "$data"/models/*/model.tflite; do
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

# median MODEL THREADS: appends to the file of this model and number.
measure() {
  "$bin/octet" bench "$1" --threads "$2" --seconds "$seconds" --json |
    sed -n 's/^  "threads": \(.*\),$/\1/p; s/^  "median_ms": \(.*\),$/\1/p' |
    tr '\n' ' '
  echo
}

printf '%-34s %10s %18s %24s\n' model '1 thread' '2 threads' 'auto'
status=0
for model in "${models[@]}"; do
  : >"$work/times"
  for _ in $(seq "$rounds"); do
    for threads in 1 2 0; do
      echo "$threads $(measure "$model" "$threads")" >>"$work/times"
    done
  done
  awk -v name="$(basename "$model" .octet)" '
    { if (!($1 in best) || $3 < best[$1]) best[$1] = $3; used[$1] = $2 }
    END {
      two = best[1] / best[2]; chosen = best[1] / best[0]
      printf "%-34s %7.3f ms %7.3f ms (%4.2f) %7.3f ms (%4.2f) on %d\n",
             name, best[1], best[2], two, best[0], chosen, used[0]
      exit two < 0.97 || chosen < 0.97
    }' "$work/times" || status=1
done
exit $status
