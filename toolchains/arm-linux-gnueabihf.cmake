# 32-bit ARM Linux: Raspberry Pi 2 and later. The flags are those that Debian's
# own libraries are compiled with, for every ARMv7-A CPU; kernels/neon adds its
# own, and is used where the CPU has NEON.
set(OCTET_TARGET_PROCESSOR armv7)
set(OCTET_TARGET_TRIPLE arm-linux-gnueabihf)
set(OCTET_TARGET_EMULATOR qemu-arm)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a -mfpu=vfpv3-d16 -mfloat-abi=hard")
# GCC notes that the way some arguments are passed changed in version 7.
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT} -Wno-psabi")
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")
