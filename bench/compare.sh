#!/bin/bash
# From a bare Debian 12 to the table: installs what is missing, builds, makes
# the networks, converts them, and times Octet beside ONNX Runtime and XNNPACK,
# in turn, on one thread and on two; then Octet alone on one thread and on two in
# turn, and its kernels one by one.
#
#   bench/compare.sh [--json FILE] [--only NETWORK ...] [--quick]
#                    [--threads "1 2"] [--seconds 3] [--no-install]
#
# --quick: half a second an engine, and no table of kernels.
# JSON: one list of rows {model, peer, threads, isa, ours_ms, peer_ms, ratio},
# {model, isa, load_and_first_run_ms, resident_mb, ...}, {model, isa,
# one_thread_ms, two_threads_ms, speedup_of_minima, ...}, and of kernels {layer,
# isa, gmacs, peak_share}.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/compare.sh >&2; exit 2; }

ort=onnxruntime-node@1.30.0
networks=(mobilenet_v1 mobilenet_v2 squeezenet1_1 resnet18 resnet50 vgg16)
json='' only=() threads='1 2' seconds=3 kernels=1 install=1
while [ $# -gt 0 ]; do
  case $1 in
    --json) json=$(realpath -m "${2:?}"); shift 2 ;;
    --only) shift; while [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; do only+=("$1"); shift; done ;;
    --quick) seconds=0.5 kernels=0; shift ;;
    --threads) threads=${2:?}; shift 2 ;;
    --seconds) seconds=${2:?}; shift 2 ;;
    --no-install) install=0; shift ;;
    *) usage ;;
  esac
done
[ ${#only[@]} = 0 ] || networks=("${only[@]}")

say() { echo "compare.sh: $*" >&2; }

work=build/compare
bin=build/release/bin
mkdir -p "$work"

# quietly NAME COMMAND...: its output only if it fails.
quietly() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 || { cat "$work/$name.log" >&2; exit 1; }
}

if [ $install = 1 ]; then
  say 'installing and building'
  toolchains/setup.sh --bench
  # From npm's default registry or the one that is configured. Without scripts:
  # the package contains its library.
  [ -d "$work/node_modules/onnxruntime-node" ] ||
    quietly npm npm install --prefix "$work" --ignore-scripts --no-audit \
      --no-fund "$ort"
  quietly configure cmake --preset release
  quietly build cmake --build --preset release
fi

say 'making and converting the networks'
# Debian's Python: numpy and onnx are packaged for it.
quietly networks /usr/bin/python3 -B bench/networks/make_networks.py \
  "$work/networks" --only "${networks[@]}"
for network in "${networks[@]}"; do
  quietly "convert_$network" "$bin/octet-convert" \
    "$work/networks/$network.fp32.onnx" -o "$work/networks/$network.octet" \
    --calibrate "$work/networks/samples.npy" --layout nchw
done

rm -f "$work"/rows.*.json
echo "$(date -u +%F), $(uname -sr)," \
  "$(dpkg-query -W -f='XNNPACK ${Version}' libxnnpack-dev), $ort"
"$bin/octet_machine_bench" || [ $? = 3 ]
cpus=$(nproc)
for network in "${networks[@]}"; do
  path=$work/networks/$network
  for count in $threads; do
    if [ "$count" -gt "$cpus" ]; then
      say "no $count threads on $cpus CPUs"
      continue
    fi
    "$bin/octet_model_bench" "$path.fp32.onnx" "$path.octet" \
      --ort-model "$path.qdq.onnx" --ort-modules "$work/node_modules" \
      --threads "$count" --seconds "$seconds" \
      --json "$work/rows.$network.$count.json"
  done
done
echo 'A fresh process, one thread:'
for network in "${networks[@]}"; do
  "$bin/octet_cold_start" "$work/networks/$network.octet" \
    --json "$work/rows.start.$network.json"
done
if [ "$cpus" -ge 2 ] && [[ " $threads " = *' 2 '* ]]; then
  # 2: slower on two threads somewhere; 3: the machine never gave two cores.
  paths=("${networks[@]/#/$work/networks/}")
  "$bin/octet_threads_bench" "${paths[@]/%/.octet}" --rounds 40 \
    --json "$work/rows.threads.json" || [ $? != 1 ]
fi
[ $kernels = 0 ] ||
  # Without the portable kernels, which take most of an hour.
  taskset -c $((cpus - 1)) "$bin/octet_kernel_bench" \
    --benchmark_filter='-^scalar/' --json="$work/rows.zz_kernels.json"

if [ -n "$json" ]; then
  /usr/bin/python3 - "$json" "$work"/rows.*.json <<'EOF'
import json, sys
rows = [row for path in sys.argv[2:] for row in json.load(open(path))]
with open(sys.argv[1], 'w') as file:
    file.write('[\n' + ',\n'.join('  ' + json.dumps(r) for r in rows) + '\n]\n')
EOF
  say "$(realpath --relative-to=. "$json")"
fi
