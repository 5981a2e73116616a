#!/bin/bash
# Compiles the ARM kernels with clang for Android's target triples, warnings as
# errors, against the headers of Debian's cross compilers in place of Android's.
# Nothing is linked or run: for that it takes the NDK.
#
#   toolchains/check_android.sh
set -euo pipefail
cd "$(dirname "$0")/.."
object=$(mktemp)
trap 'rm -f "$object"' EXIT

# compile TRIPLE HEADERS FOLDER [flag ...]: all files of a folder of kernels/.
compile() {
  local triple=$1 libraries=$2 folder=$3 file
  local headers=/usr/$libraries/include
  shift 3
  for file in kernels/"$folder"/*.cc; do
    clang++ --target="$triple" -std=c++20 -O2 -fPIC -fno-exceptions -fno-rtti \
      -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Werror -I. \
      -nostdlibinc -nostdinc++ -isystem "$headers/c++/12" \
      -isystem "$headers/c++/12/$libraries" -isystem "$headers" \
      "$@" -c "$file" -o "$object"
  done
  echo "compiled for $triple: kernels/$folder"
}

arm64=(aarch64-linux-android24 aarch64-linux-gnu)
compile "${arm64[@]}" neon -DOCTET_HAVE_NEON
compile "${arm64[@]}" neondot -DOCTET_HAVE_NEONDOT -march=armv8.2-a+dotprod
compile "${arm64[@]}" i8mm -DOCTET_HAVE_I8MM -march=armv8.2-a+dotprod+i8mm
# Android passes floats in integer registers; Debian's headers ask for the
# other convention by this name.
arm=(armv7-linux-androideabi24 arm-linux-gnueabihf)
compile "${arm[@]}" neon -D__ARM_PCS_VFP -DOCTET_HAVE_NEON -mfpu=neon
