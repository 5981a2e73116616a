#!/bin/bash
# Converts and runs every network of DATA_DIR/models and prints a row for each:
# format, operators in INT8 and in FP32 (or on integers), the largest relative
# error of FP32 against the golden outputs, SQNR and agreement of INT8 with
# FP32, agreement of quantized files with the golden outputs, ms.
#
#   bench/models.sh DATA_DIR [--json FILE] [--only MODEL[,MODEL...]]
#                   [--bin DIR] [--threads N] [--seconds S] [--keep FOLDER]
#                   [-- octet-convert options]
#
# JSON: a list of {model, ok, format, ...}; `why` says what is wrong. A network
# that is to be refused is ok when the refusal names every obstacle. Exit status
# 1: a row is not ok; they are named. --keep: where the .octet files stay.
# bench/models/catalog.py says how each network is fed and calibrated.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/models.sh >&2; exit 2; }
exec /usr/bin/python3 -B bench/models/main.py "$@"
