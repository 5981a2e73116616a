#!/bin/bash
# Converts the networks of DATA_DIR and prints what it cost: FP32
# and INT8 top-1, agreement, SQNR of the logits; behind several networks their
# means, without that whose weights come from an 8-bit grid. Calibration sets
# alone calibrate; dev sets alone evaluate.
#
#   bench/accuracy.sh DATA_DIR [--json FILE] [--bin DIR] [--only MODEL]
#                     [--method best|minmax|mse|kl|...] [--data-free]
#                     [--convert-only FOLDER]
#                     [-- octet-convert options]
#
# JSON: a list of {model, samples, fp32_top1, int8_top1, agreement, sqnr_db},
# percentages 0-100. --method: octet-convert's, default minmax; best is what a
# user gets from "--method auto --repair full", the same for every model.
# --data-free: calibrates on made-up samples; the dev sets still evaluate.
# --bin: where octet-convert is, default build/release/bin. --convert-only
# writes FOLDER/MODEL.octet and evaluates nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/accuracy.sh >&2; exit 2; }

[ $# -ge 1 ] || usage
data=$1; shift
json='' bin=build/release/bin only='' method=minmax convert_only='' data_free=''
extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --json) json=${2:?}; shift 2 ;;
    --bin) bin=${2:?}; shift 2 ;;
    --only) only=${2:?}; shift 2 ;;
    --method) method=${2:?}; shift 2 ;;
    --convert-only) convert_only=${2:?}; shift 2 ;;
    --data-free) data_free=1; shift ;;
    --) shift; extra=("$@"); break ;;
    *) usage ;;
  esac
done
if [ "$method" = best ]; then
  extra=(--method auto --repair full "${extra[@]}")
else
  extra=(--method "$method" "${extra[@]}")
fi
[ -d "$data/models" ] || { echo "accuracy.sh: no folder $data/models" >&2; exit 1; }
[ -x "$bin/octet-convert" ] || {
  echo "accuracy.sh: no $bin/octet-convert: cmake --preset release && cmake --build --preset release" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
images=$data/images
rows=0

# convert MODEL OUTPUT octet-convert-options...
convert() {
  "$bin/octet-convert" "$data/models/$1/model.onnx" -o "$2" "${@:3}" \
    "${extra[@]}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# evaluate MODEL CALIBRATION DEV octet-convert-options...: one row.
evaluate() {
  local model=$1 calibration=$2 dev=$3
  shift 3
  [ -z "$only" ] || [ "$only" = "$model" ] || return 0
  local samples_from=(--calibrate "$calibration")
  [ -z "$data_free" ] || samples_from=(--data-free)
  if [ -n "$convert_only" ]; then
    [ "$1" != --labels ] || shift 2  # are for an evaluation
    convert "$model" "$convert_only/$model.octet" "${samples_from[@]}" \
      "$@"
    rows=$((rows + 1))
    return
  fi
  convert "$model" "$work/$model.octet" "${samples_from[@]}" \
    --evaluate "$dev" --json "$work/$model.json" "$@"
  # The figures stand one a line in the JSON.
  figure() { sed -n "s/^  \"$1\": \([^,]*\),\{0,1\}$/\1/p" "$work/$model.json"; }
  local samples fp32 int8 agreement sqnr
  samples=$(figure samples) fp32=$(figure fp32_top1) int8=$(figure int8_top1)
  agreement=$(figure agreement) sqnr=$(figure sqnr_db)
  printf '%-32s %7s %7.2f %7.2f %6.2f %8.2f %8.2f\n' "$model" "$samples" \
    "$fp32" "$int8" "$(echo "$fp32 $int8" | awk '{print $1 - $2}')" \
    "$agreement" "$sqnr" | tee -a "$work/table"
  [ $rows = 0 ] || echo ',' >>"$work/rows"
  printf '  {"model": "%s", "samples": %s, "fp32_top1": %s, "int8_top1": %s, "agreement": %s, "sqnr_db": %s}' \
    "$model" "$samples" "$fp32" "$int8" "$agreement" "$sqnr" >>"$work/rows"
  rows=$((rows + 1))
}

imagenet=("$images/imagenet_calib" "$images/imagenet_dev"
  --labels "$images/imagenet_dev/labels.csv")
inception=(--mean 127.5 --std 127.5)
cifar10=("$images/cifar10/cifar10_calib.bin" "$images/cifar10/cifar10_dev.bin"
  --format cifar10 --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375)

[ -n "$convert_only" ] || printf '%-32s %7s %7s %7s %6s %8s %8s\n' model samples 'FP32 %' 'INT8 %' \
  drop 'agree %' 'SQNR dB'
evaluate mcunet_in3_fp32 "${imagenet[@]}" --resize-shorter 201 "${inception[@]}"
evaluate squeezenet1.1_fp32 "${imagenet[@]}" --resize-shorter 256 --bgr \
  --mean 103.939,116.779,123.68
evaluate mobilenet_v1_0.25_224_fp32_onnx "${imagenet[@]}" \
  --resize-shorter 256 "${inception[@]}" --background-class
evaluate mobilenet_v2_1.0_224_fp32_derived "${imagenet[@]}" \
  --resize-shorter 256 "${inception[@]}" --background-class
evaluate cifar10_resnet20_fp32 "${cifar10[@]}"
evaluate cifar10_resnet56_fp32 "${cifar10[@]}"
evaluate mlperf_tiny_kws_fp32_onnx "$images/kws/kws_calib.bin" \
  "$images/kws/kws_dev.bin" \
  --records label,49x10x1,i8,scale=0.5847029089927673,zero_point=83
evaluate mnist12_fp32 "$images/mnist/mnist_calib.bin" \
  "$images/mnist/mnist_dev.bin" --records label,28x28x1,u8

# The means of the columns from FP32 on, if there are several rows.
if [ -f "$work/table" ]; then
  awk '!/_derived / { ++n; for (i = 3; i <= 7; ++i) sum[i] += $i }
    END { if (n > 1) printf "%-32s %7s %7.2f %7.2f %6.2f %8.2f %8.2f\n", \
      "mean", "", sum[3] / n, sum[4] / n, sum[5] / n, sum[6] / n, sum[7] / n }' \
    "$work/table"
fi

[ $rows -gt 0 ] || { echo "accuracy.sh: no model '$only'" >&2; exit 1; }
if [ -n "$json" ]; then
  { echo '['; cat "$work/rows"; echo; echo ']'; } >"$json.tmp"
  mv "$json.tmp" "$json"
fi
