# Android, with the NDK's own toolchain (r25 or newer):
#
#   ANDROID_NDK_HOME=... cmake -B build/android \
#     -DCMAKE_TOOLCHAIN_FILE=toolchains/android.cmake -DANDROID_ABI=arm64-v8a
#
# ANDROID_ABI: arm64-v8a, armeabi-v7a or x86_64. ANDROID_PLATFORM: android-24 or
# newer.
set(ANDROID_ABI arm64-v8a CACHE STRING "arm64-v8a, armeabi-v7a or x86_64")
set(ANDROID_PLATFORM android-24 CACHE STRING "The oldest Android it runs on")
set(ANDROID_STL c++_static CACHE STRING "One library, nothing beside it")
set(octet_ndk "$ENV{ANDROID_NDK_HOME}")
if(NOT octet_ndk)
  set(octet_ndk "$ENV{ANDROID_NDK_ROOT}")
endif()
if(NOT EXISTS "${octet_ndk}/build/cmake/android.toolchain.cmake")
  message(FATAL_ERROR
    "octet: ANDROID_NDK_HOME ('${octet_ndk}') is no Android NDK. Set it to the "
    "NDK's folder, which holds build/cmake/android.toolchain.cmake.")
endif()
# Devices with pages of 16 KiB load nothing that is aligned to less.
string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT " -Wl,-z,max-page-size=16384")
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,-z,max-page-size=16384")
include("${octet_ndk}/build/cmake/android.toolchain.cmake")
