# 64-bit ARM Linux, with Debian's cross compiler.
set(OCTET_TARGET_PROCESSOR aarch64)
set(OCTET_TARGET_TRIPLE aarch64-linux-gnu)
set(OCTET_TARGET_EMULATOR qemu-aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")
