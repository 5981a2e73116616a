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
# Columns: what other tools reach at best on these samples (ONNX Runtime, MNN,
# ncnn), what Octet must reach, and the conversion's seconds and peak memory
# (with the evaluation), which a busy machine makes longer.
#
# JSON: a list of {model, samples, fp32_top1, int8_top1, agreement, sqnr_db,
# seconds, peak_mb}, percentages 0-100. --method: octet-convert's, default minmax; best is what a
# user gets from "--method auto --repair full", the same for every model.
# --data-free: calibrates on made-up samples; the dev sets still evaluate. Each
# network is converted with MinMax and samples as well, and the mean difference
# of the SQNR is printed.
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
after=("${extra[@]}")
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

# convert MODEL OUTPUT octet-convert-options...; writes "seconds MB" to
# $work/cost.
convert() {
  python3 bench/run_cost.py "$work/cost" "$bin/octet-convert" \
    "$data/models/$1/model.onnx" -o "$2" "${@:3}" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
}

# "peer's SQNR, its agreement, what Octet must reach" of a model, or dashes.
targets() {
  case $1 in
    mcunet_in3_fp32) echo 15.7 88.0 17.5 90 ;;
    squeezenet1.1_fp32) echo 32.9 95.8 33.5 96 ;;
    mobilenet_v1_0.25_224_fp32_onnx) echo 11.5 71.8 14 79 ;;
    cifar10_resnet20_fp32) echo 28.8 98.5 29.5 98.6 ;;
    cifar10_resnet56_fp32) echo 27.9 98.8 28.5 98.8 ;;
    mlperf_tiny_kws_fp32_onnx) echo 32.5 99.8 33.5 99.5 ;;
    mnist12_fp32) echo 42.8 100 43 100 ;;
    *) echo - - - - ;;
  esac
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
      "$@" "${extra[@]}"
    rows=$((rows + 1))
    return
  fi
  convert "$model" "$work/$model.octet" "${samples_from[@]}" \
    --evaluate "$dev" --json "$work/$model.json" "$@" "${extra[@]}"
  # The figures stand one a line in the JSON.
  figure() { sed -n "s/^  \"$1\": \([^,]*\),\{0,1\}$/\1/p" "$work/$model.json"; }
  local samples fp32 int8 agreement sqnr
  samples=$(figure samples) fp32=$(figure fp32_top1) int8=$(figure int8_top1)
  agreement=$(figure agreement) sqnr=$(figure sqnr_db)
  local seconds peak_mb peer_sqnr peer_agreement must_sqnr must_agreement
  read -r seconds peak_mb <"$work/cost"
  read -r peer_sqnr peer_agreement must_sqnr must_agreement \
    <<<"$(targets "$model")"
  printf '%-32s %7s %7.2f %7.2f %6.2f %8.2f %8.2f %13s %13s %6.0f %5.0f\n' \
    "$model" "$samples" "$fp32" "$int8" \
    "$(echo "$fp32 $int8" | awk '{print $1 - $2}')" "$agreement" "$sqnr" \
    "$peer_agreement, $peer_sqnr" "$must_agreement, $must_sqnr" \
    "$seconds" "$peak_mb" | tee -a "$work/table"
  [ $rows = 0 ] || echo ',' >>"$work/rows"
  printf '  {"model": "%s", "samples": %s, "fp32_top1": %s, "int8_top1": %s, "agreement": %s, "sqnr_db": %s, "seconds": %s, "peak_mb": %s}' \
    "$model" "$samples" "$fp32" "$int8" "$agreement" "$sqnr" "$seconds" \
    "$peak_mb" >>"$work/rows"
  rows=$((rows + 1))
  [ -n "$data_free" ] || return 0
  convert "$model" "$work/$model.octet" --calibrate "$calibration" \
    --evaluate "$dev" --json "$work/$model.json" "$@" --method minmax \
    "${after[@]}"
  echo "$model $sqnr $(figure sqnr_db)" >>"$work/minmax"
}

imagenet=("$images/imagenet_calib" "$images/imagenet_dev"
  --labels "$images/imagenet_dev/labels.csv")
inception=(--mean 127.5 --std 127.5)
cifar10=("$images/cifar10/cifar10_calib.bin" "$images/cifar10/cifar10_dev.bin"
  --format cifar10 --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375)

[ -n "$convert_only" ] || printf '%-32s %7s %7s %7s %6s %8s %8s %13s %13s %6s %5s\n' \
  model samples 'FP32 %' 'INT8 %' drop 'agree %' 'SQNR dB' 'best peer' must \
  s MB
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

# --data-free beside MinMax with samples.
if [ -f "$work/minmax" ]; then
  awk '!/_derived / { ++n; free += $2; minmax += $3 }
    END { if (n) printf "mean SQNR %.2f dB, MinMax with samples %.2f dB: %+.2f\n", \
      free / n, minmax / n, (free - minmax) / n }' "$work/minmax"
fi

[ $rows -gt 0 ] || { echo "accuracy.sh: no model '$only'" >&2; exit 1; }
if [ -n "$json" ]; then
  { echo '['; cat "$work/rows"; echo; echo ']'; } >"$json.tmp"
  mv "$json.tmp" "$json"
fi
