#!/bin/bash
# Puts the foreign libraries that the runtime and its tests link with into a
# folder, for the toolchain files here (OCTET_SYSROOT). Debian's packages are
# unpacked there instead of installed: as installed packages the libraries of
# two architectures exclude each other. The packages come from this machine's
# own list of sources; nothing outside the folder changes.
#
#   toolchains/make_sysroot.sh arm64|armhf DIR
#
# Does nothing if the folder holds them already. Needs no root.
set -euo pipefail

packages=(
  libpthreadpool0 libpthreadpool-dev  # the engine's threads
  libflatbuffers-dev                  # the file format: headers
  libstb-dev musl-dev                 # the static octet: pictures, C library
  nlohmann-json3-dev                  # benchmarks
  libgtest-dev                        # tests
  libgemmlowp-dev                     # TFLite's arithmetic: headers
  libxnnpack0 libxnnpack-dev libcpuinfo0  # what bench/arm.sh compares with
)

if [ $# != 2 ] || [[ ! $1 =~ ^(arm64|armhf)$ ]]; then
  echo "usage: toolchains/make_sysroot.sh arm64|armhf DIR" >&2
  exit 2
fi
architecture=$1
mkdir -p "$2"
sysroot=$(cd "$2" && pwd)
wanted="$architecture ${packages[*]}"
complete="$sysroot/packages.txt"
if [ -f "$complete" ] && [ "$(cat "$complete")" = "$wanted" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs"
touch "$work/status"
foreign_apt() {
  apt-get -q -o "Dir::State=$work/state" -o "Dir::State::status=$work/status" \
    -o "Dir::Cache=$work/cache" -o "APT::Architecture=$architecture" \
    -o "APT::Architectures=$architecture" -o "APT::Sandbox::User=$(id -un)" \
    "$@"
}
# One index of several may be out of step at a mirror; what counts is whether
# the packages can be had.
foreign_apt update ||
  echo "make_sysroot.sh: trying with the indices that could be read" >&2
(cd "$work/debs" && foreign_apt download "${packages[@]}")
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$sysroot"; done
echo "$wanted" >"$complete"
