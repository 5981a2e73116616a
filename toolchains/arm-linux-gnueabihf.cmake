# 32-bit ARM Linux with NEON: Raspberry Pi 2 and later, every armeabi-v7a phone.
# Debian's own default is the vfpv3-d16 of CPUs without NEON.
set(OCTET_TARGET_PROCESSOR armv7)
set(OCTET_TARGET_TRIPLE arm-linux-gnueabihf)
set(OCTET_TARGET_EMULATOR qemu-arm)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard")
# GCC notes that the way some arguments are passed changed in version 7.
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT} -Wno-psabi")
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")
