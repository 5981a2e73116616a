#!/bin/bash
# The static command for ARMv7 ends on an older CPU with a sentence that says
# what it needs, instead of an illegal instruction.
#
#   tests/refusal.sh OCTET
set -euo pipefail
octet=${1:?usage: tests/refusal.sh OCTET}
for cpu in arm1176 arm926; do
  status=0
  message=$(qemu-arm -cpu $cpu "$octet" isas 2>&1) || status=$?
  if [ $status != 1 ] || [[ $message != *"needs an ARMv7 CPU with VFPv3"* ]]
  then
    echo "refusal.sh: on $cpu it ended with $status: $message" >&2
    exit 1
  fi
  echo "$cpu: $message"
done
